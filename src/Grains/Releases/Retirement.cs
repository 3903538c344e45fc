using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Training;
using Progeny.Core.Decisions;

namespace Progeny.Grains.Releases;

/// <summary>Ends a project and brings it back. Both are on record, and both can be repeated after a stop.</summary>
internal sealed class Retirement(string project, IGrainFactory grains, IDecisionLog decisions, TimeProvider time)
{
    /// <summary>The end of the project, before anything of it is done.</summary>
    public async Task<Decommission> BeginAsync(ImmutableArray<string> releases, string? by, string reason) => new()
    {
        At = time.GetUtcNow(),
        By = by,
        Reason = reason,
        ArchivedBefore = [.. (await GenerationsAsync(releases)).Where(info => info.Stage == Stage.Archived).Select(info => info.Reference)],
    };

    /// <summary>
    /// Does what the end asks for; done again, it only does what is left. The roster comes last: until then a stopped node goes on here.
    /// </summary>
    public async Task EndAsync(Decommission end, ImmutableArray<string> releases, ImmutableArray<string> jobs)
    {
        await grains.GetGrain<IRolloutGrain>(project).Close(end);
        await AppendAsync("decommission", end, end.At, end.By, $"'{project}' was decommissioned{Decommissioning.Because(end.Reason)}.");
        foreach (var job in jobs)
            await grains.GetGrain<IJobGrain>(job).Cancel(end.By);
        foreach (var info in await GenerationsAsync(releases))
            await grains.GetGrain<IGenerationGrain>(info.Reference.ToString()).SetStage(Stage.Archived);
        await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).Remove(project);
    }

    /// <summary>Undoes the end: the project is on the roster, what the end archived is staged, and nothing is the champion.</summary>
    public async Task UndoAsync(Decommission end, ImmutableArray<string> releases, string? by, string? reason)
    {
        await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).Add(project);
        await AppendAsync("recommission", end, time.GetUtcNow(), by, $"'{project}' was recommissioned{Decommissioning.Because(reason)}.");
        foreach (var info in (await GenerationsAsync(releases)).Where(info => !end.ArchivedBefore.Contains(info.Reference)))
            await grains.GetGrain<IGenerationGrain>(info.Reference.ToString()).SetStage(Stage.Staged);
        await grains.GetGrain<IRolloutGrain>(project).Open(by, reason);
    }

    private async Task<IEnumerable<GenerationInfo>> GenerationsAsync(ImmutableArray<string> releases) =>
        (await Task.WhenAll(
            releases.Select(release => grains.GetGrain<IReleaseGrain>($"{project}@{release}").ListGenerations()))).SelectMany(list => list);

    /// <summary>Keeps a decision whose id follows from the end, so that a repetition keeps it once.</summary>
    private Task AppendAsync(string what, Decommission end, DateTimeOffset at, string? by, string message) => decisions.AppendAsync(
        new Decision
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{what}:{project}:{end.At.UtcTicks}"),
            Project = project,
            At = at,
            Kind = DecisionKind.Retirement,
            By = by ?? Decommissioning.Operator,
            Message = message,
        },
        CancellationToken.None);
}
