using System.Collections.Immutable;
using System.IO.Compression;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Common;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Core.Tuning;
using Progeny.Grains.Common;
using Progeny.Grains.Evaluation;
using Progeny.Grains.Releases;

namespace Progeny.Grains.Training;

/// <summary>
/// The work of a training job: package out of the store, training, model and state into the store, a generation of the release.
/// </summary>
internal sealed class TrainingJob(
    IGrainFactory grains,
    IArtifactStore artifacts,
    TrainingRun run,
    IAnsweredQueries queries,
    GenerationMeasures measures,
    SnapshotKeeper snapshots,
    TrainerOptions trainer,
    IOptions<JobOptions> options)
    : IJobWork
{
    public JobKind Kind => JobKind.Train;

    private const long MaxArtifactBytes = 16L << 30;

    /// <summary>Does the work in a folder of its own, which is gone afterwards.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<JobOutcome> RunAsync(JobInfo job, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Value.Folder, job.Id);
        JobFolder.Delete(folder);
        Directory.CreateDirectory(folder);
        try
        {
            return await MakeAsync(folder, job, null, progress, cancellationToken);
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

    private static ImmutableSortedDictionary<string, double> Figures(TrainingResult result) =>
        (result.Evaluation?.Metrics ?? new Dictionary<string, double?>())
        .Where(metric => metric.Value is not null)
        .ToImmutableSortedDictionary(metric => metric.Key, metric => metric.Value!.Value, StringComparer.Ordinal);

    /// <summary>Makes a generation, in a folder that the caller deletes.</summary>
    /// <param name="searched">Parameters that a search found, as JSON, with which is trained from nothing; null: a training like any
    /// other.</param>
    /// <exception cref="TrainingFailedException">There is no model.</exception>
    /// <exception cref="RegistryException">There is no such release, or its package cannot be read.</exception>
    internal async Task<JobOutcome> MakeAsync(
        string folder, JobInfo job, string? searched, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var releaseGrain = grains.GetGrain<IReleaseGrain>($"{job.Project}@{job.Release}");
        var generations = await releaseGrain.ListGenerations();

        // The node stopped when the generation was there already. Trained again it would go on from itself.
        if (generations.LastOrDefault(made => made.Lineage.JobId == job.Id) is { } own)
            return Made(own, "");
        var projectFolder = Path.Combine(folder, "project");
        var (release, manifest) = await UnpackAsync(job, projectFolder, cancellationToken);
        var previous = manifest.Pipeline.Incremental && searched is null
            ? generations.LastOrDefault(made => made.Assets.State is not null)
            : null;

        // What a search found holds for the release's later trainings.
        var parameters = searched ?? generations.LastOrDefault(made => made.Lineage.Parameters is not null)?.Lineage.Parameters;
        manifest = TrialParameters.In(manifest, parameters);
        var request = new TrainingRequest
        {
            Manifest = manifest,
            ProjectFolder = projectFolder,
            WorkFolder = Path.Combine(folder, "work"),
            PreviousState = previous is null
                ? null
                : await ExtractStateAsync(previous, Path.Combine(folder, "previous"), cancellationToken),
            Previous = previous?.Lineage,
            From = job.Request.From is { } from ? Ordinal.Parse(from) : null,
            To = job.Request.To is { } to ? Ordinal.Parse(to) : null,
            Measure = true,
        };
        var outcomesEnd = (await queries.GetEndAsync(cancellationToken)).ReportOffset;
        TrainingResult result;
        try
        {
            result = await run.RunAsync(request, progress, cancellationToken);
        }
        catch (NothingNewException exception)
        {
            return new JobOutcome { Succeeded = true, Message = exception.Message };
        }

        var (snapshot, note) = await snapshots.KeepAsync(result.Data, manifest, generations, folder, cancellationToken);
        result = result with { Log = result.Log + note };
        var draft = new GenerationDraft
        {
            Assets = new GenerationAssets
            {
                Model = await PutFileAsync(result.Model!, cancellationToken),
                ModelBytes = new FileInfo(result.Model!).Length,
                State = result.State is null ? null : await PutFolderAsync(result.State, folder, cancellationToken),
                Log = await artifacts.PutTextAsync(result.Log, cancellationToken),
                Background = result.Background is null ? null : await PutFileAsync(result.Background, cancellationToken),
                Profile = await measures.KeepProfileAsync(result, cancellationToken),
            },
            Lineage = new Lineage
            {
                JobId = job.Id,
                PackageDigest = release.PackageDigest,
                DataDigest = result.Data?.Digest,
                Rows = result.TrainRows,
                From = result.Data?.From?.ToString(),
                To = result.Data?.To?.ToString(),
                FirstOrdinal = result.Data?.First?.ToString(),
                LastOrdinal = result.Data?.Last?.ToString(),
                Previous = previous?.Reference.Generation,
                QueriesFrom = result.Data?.Queries?.From.ReportOffset,
                QueriesTo = result.Data?.Queries?.To.ReportOffset ?? outcomesEnd,
                LogFrom = result.Data?.Queries?.From.Sequence,
                LogTo = result.Data?.Queries?.To.Sequence,
                QueryRows = result.Data?.QueryRows ?? 0,
                QueriesSkipped = result.Data?.Skipped.Values.Sum() ?? 0,
                Parameters = parameters,
                RowsSkipped = result.Data?.BadRows?.Rows ?? 0,
                Snapshot = snapshot,
                Environment = TrainingEnvironment.Read(trainer),
            },
            Metrics = Figures(result),
            Figures = await measures.TakeAsync(manifest, result, cancellationToken),
        };
        return Made(await releaseGrain.Commit(draft), result.Log) with { Skipped = result.Data?.BadRows };
    }

    /// <summary>The release of a job, and its package unpacked.</summary>
    internal async Task<(ReleaseInfo Release, Manifest Manifest)> UnpackAsync(
        JobInfo job, string folder, CancellationToken cancellationToken)
    {
        var release = await grains.GetGrain<IReleaseGrain>($"{job.Project}@{job.Release}").Get()
            ?? throw new RegistryException(RegistryError.NotFound, $"There is no release {job.Project}@{job.Release}.");
        using var package = await Packages.ReadAsync(artifacts, release.PackageDigest, cancellationToken);
        await package.ExtractToAsync(folder, cancellationToken);
        return (release, package.Manifest);
    }

    private static JobOutcome Made(GenerationInfo generation, string log) => new()
    {
        Succeeded = true,
        Message = $"Made {generation.Reference}.",
        Generation = generation.Reference,
        Metrics = generation.Metrics,
        Log = log,
    };

    /// <summary>The state that a generation left, as a folder.</summary>
    internal async Task<string> ExtractStateAsync(GenerationInfo generation, string folder, CancellationToken cancellationToken)
    {
        await using var stream = await artifacts.OpenAsync(generation.Assets.State!, cancellationToken);
        await ZipFile.ExtractToDirectoryAsync(stream, folder, cancellationToken);
        return folder;
    }

    private async Task<string> PutFileAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await artifacts.PutAsync(file, MaxArtifactBytes, cancellationToken);
    }

    private async Task<string> PutFolderAsync(string source, string workFolder, CancellationToken cancellationToken)
    {
        var zip = Path.Combine(workFolder, "state.zip");
        await ZipFile.CreateFromDirectoryAsync(source, zip, cancellationToken);
        return await PutFileAsync(zip, cancellationToken);
    }
}
