using System.Collections.Immutable;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Grains.Drift;

namespace Progeny.Grains.Evaluation;

/// <summary>
/// Gathers the figures of what a training made: the model's time and memory, the manifest's tests, and the rows beside the champion's.
/// </summary>
internal sealed class GenerationMeasures(IGrainFactory grains, IArtifactStore artifacts)
{
    /// <returns>The figures by the names of <see cref="FigureNames"/>.</returns>
    public async Task<ImmutableSortedDictionary<string, double>> TakeAsync(
        Manifest manifest, TrainingResult result, CancellationToken cancellationToken)
    {
        var figures = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        if (result.Performance is { } performance)
        {
            figures[FigureNames.LoadMilliseconds] = performance.LoadMilliseconds;
            if (performance.RunMicroseconds is { } run)
                figures[FigureNames.RunMicroseconds] = run;
            figures[FigureNames.MemoryBytes] = performance.MemoryBytes;
        }

        figures[FigureNames.TestsFailed] = result.Tests.Count(test => !test.Passed);
        if (result.Profile is not null)
        {
            foreach (var (name, value) in TrainingDataCheck.Of(
                result.Data!.Rows, result.Profile, await ChampionAsync(manifest.Name, cancellationToken)))
                figures[name] = value;
        }

        return figures.ToImmutable();
    }

    /// <summary>Puts the profile into the store; null: there is none.</summary>
    public async Task<string?> KeepProfileAsync(TrainingResult result, CancellationToken cancellationToken)
    {
        if (result.Profile is null)
            return null;
        using var stream = new MemoryStream(result.Profile.Encode());
        return await artifacts.PutAsync(stream, long.MaxValue, cancellationToken);
    }

    /// <summary>The profile of the generation in production; null where there is none.</summary>
    private async Task<Distributions?> ChampionAsync(string project, CancellationToken cancellationToken)
    {
        if ((await grains.GetGrain<IProjectGrain>(project).Get())?.Champion is not { } champion
            || (await grains.GetGrain<IGenerationGrain>(champion.ToString()).Get())?.Assets.Profile is not { } digest)
        {
            return null;
        }

        try
        {
            await using var stream = await artifacts.OpenAsync(digest, cancellationToken);
            return await ProfileStore.ReadAsync(stream, cancellationToken);
        }
        catch (Exception exception) when (exception is ArtifactMissingException or ArtifactCorruptException)
        {
            // A champion of which something is lost must not keep its successor from being made.
            return null;
        }
    }
}
