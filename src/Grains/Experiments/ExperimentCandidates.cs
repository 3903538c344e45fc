using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Strategies;
using Progeny.Core.Rollouts;

namespace Progeny.Grains.Experiments;

/// <summary>Finds the generations that take part in an experiment.</summary>
internal static class ExperimentCandidates
{
    /// <summary>
    /// Those that are named, those that the settings name, and in an experiment without an end the newest of the project. What was
    /// retired or archived, because it lost, was rolled back or somebody wanted it so, does not come back by itself.
    /// </summary>
    /// <param name="withNewest">Whether the newest are wanted beside those that are named.</param>
    public static async Task<ImmutableArray<GenerationReference>> ListAsync(
        IGrainFactory grains, string project, IEnumerable<GenerationReference> named, ExperimentSettings settings, bool withNewest)
    {
        List<GenerationReference> taking = [.. named];
        if (withNewest && RolloutStrategies.Of(settings.Strategy).IsEndless)
            taking.AddRange(await NewestAsync(grains, project, settings.Generations));
        taking.AddRange(settings.Arms.Select(arm => ArmNaming.Read(arm, project)).OfType<GenerationReference>());
        return [.. taking.Distinct()];
    }

    private static async Task<IEnumerable<GenerationReference>> NewestAsync(IGrainFactory grains, string project, int count)
    {
        var newest = new List<GenerationReference>();
        var releases = (await grains.GetGrain<IProjectGrain>(project).Get())?.Releases ?? [];
        foreach (var release in releases.Reverse())
        {
            var generations = await grains.GetGrain<IReleaseGrain>($"{project}@{release}").ListGenerations();
            newest.AddRange(
                generations.Reverse().Where(known => known.Stage is not (Stage.Retired or Stage.Archived))
                    .Select(known => known.Reference));
            if (newest.Count >= count)
                break;
        }

        return newest.Take(count);
    }
}
