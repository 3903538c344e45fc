using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Common;
using Progeny.Core.Training;
using Progeny.Core.Tuning;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <summary>
/// The work of an exact training: the rows, parameters, package and previous state of a generation through the trainer once more. Its
/// answer is whether the model has the same bytes, and what differs where it has not. It makes no generation.
/// </summary>
internal sealed class ExactTrainingJob(
    IGrainFactory grains,
    TrainingJob trainings,
    TrainingRun run,
    SnapshotKeeper snapshots,
    TrainerOptions trainer,
    IOptions<JobOptions> options)
    : IJobWork
{
    /// <summary>The figure that says whether the bytes are the same: 1 or 0.</summary>
    public const string SameBytes = "same_bytes";

    /// <summary>The figure that says whether the state for the next training is the same: 1 or 0.</summary>
    public const string SameState = "same_state";

    public JobKind Kind => JobKind.RetrainExactly;

    public async Task<JobOutcome> RunAsync(JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Value.Folder, job.Id);
        JobFolder.Delete(folder);
        Directory.CreateDirectory(folder);
        try
        {
            return await RunAsync(folder, job, progress, cancellationToken);
        }
        catch (TrainingFailedException exception)
        {
            return JobOutcome.Fail(exception.Message, exception.Log);
        }
        catch (RegistryException exception)
        {
            return JobOutcome.Fail(exception.Message);
        }
        finally
        {
            JobFolder.Delete(folder);
        }
    }

    private async Task<JobOutcome> RunAsync(
        string folder, JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var generation = await FindAsync($"{job.Project}@{job.Request.Version}");
        var projectFolder = Path.Combine(folder, "project");
        var (_, manifest) = await trainings.UnpackAsync(job, projectFolder, cancellationToken);
        manifest = TrialParameters.In(manifest, generation.Lineage.Parameters);
        if (manifest.Pipeline.Model is not null)
            return JobOutcome.Fail($"{generation.Reference} is the finished model of its package; nothing is trained.");
        var data = await snapshots.RestoreAsync(generation, folder, cancellationToken);
        var previous = generation.Lineage.Previous is { } number
            ? await FindAsync($"{job.Project}@{generation.Reference.Release}:{number}")
            : null;
        var result = await run.RunAsync(
            new TrainingRequest
            {
                Manifest = manifest,
                ProjectFolder = projectFolder,
                WorkFolder = Path.Combine(folder, "work"),
                PreviousState = previous is null
                    ? null
                    : await trainings.ExtractStateAsync(previous, Path.Combine(folder, "previous"), cancellationToken),
                Previous = previous?.Lineage,
                Data = data,
            },
            progress,
            cancellationToken);
        var digest = await FileDigest.ReadAsync(result.Model!, cancellationToken);
        var isSame = digest == generation.Assets.Model;
        var isSameState = await IsSameStateAsync(generation, result.State, folder, cancellationToken);
        var differences = TrainingEnvironment.Differences(generation.Lineage.Environment, TrainingEnvironment.Read(trainer));
        return new JobOutcome
        {
            Succeeded = true,
            Message = Describe(generation, digest, isSame, isSameState, differences),
            Metrics = ImmutableSortedDictionary<string, double>.Empty
                .Add(SameBytes, isSame ? 1 : 0).Add(SameState, isSameState ? 1 : 0),
            Log = result.Log + string.Concat(differences.Select(difference => $"# {difference}\n")),
        };
    }

    private static string Describe(
        GenerationInfo generation, string digest, bool isSame, bool isSameState, IReadOnlyList<string> differences)
    {
        var text = new StringBuilder();
        text.Append(
            isSame
                ? $"The model has the same bytes as {generation.Reference} (SHA-256 {digest})"
                : $"The model has other bytes than {generation.Reference}: SHA-256 {digest} in place of {generation.Assets.Model}");
        text.Append(isSameState ? ". " : ", and the state for the next training differs. ");
        if (isSame && isSameState)
            return text.Append(differences.Count == 0 ? "" : "It was made elsewhere or by other programs than then.").ToString().TrimEnd();
        return text.Append(
            generation.Lineage.Environment.IsEmpty ? "What it was trained with is not known."
            : differences.Count == 0
                ? "Machine, programs and threads are the same as then: the trainer itself does not repeat its results."
                : $"Other than then: {string.Join("; ", differences)}.").ToString();
    }

    private async Task<GenerationInfo> FindAsync(string reference) =>
        await grains.GetGrain<IGenerationGrain>(reference).Get()
            ?? throw new RegistryException(RegistryError.NotFound, $"There is no generation {reference}.");

    /// <summary>File by file: the archive that holds a state has the times of its files.</summary>
    private async Task<bool> IsSameStateAsync(
        GenerationInfo generation, string? state, string folder, CancellationToken cancellationToken)
    {
        if (generation.Assets.State is null || state is null)
            return generation.Assets.State is null == state is null;
        var then = await trainings.ExtractStateAsync(generation, Path.Combine(folder, "then"), cancellationToken);
        return FilesOf(then).SequenceEqual(FilesOf(state));
    }

    private static IEnumerable<(string Name, string Digest)> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path =>
        {
            using var file = File.OpenRead(path);
            return (Path.GetRelativePath(folder, path), Convert.ToHexStringLower(SHA256.HashData(file)));
        });
}
