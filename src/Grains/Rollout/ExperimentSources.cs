using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Core.Lifecycle;
using Progeny.Core.Metrics;
using Progeny.Core.Rollout;
using Progeny.Core.Rollout.Strategies;
using Progeny.Core.Serving;
using Progeny.Grains.Metrics;

namespace Progeny.Grains.Rollout;

/// <summary>Reads what experiments decide on.</summary>
internal sealed class ExperimentSources(
    IGrainFactory grains, IScoreStore scores, IQueryLog log, IGenerationFigures figures, IExpressionEngine engine)
{
    private const int Page = 1_000;

    /// <summary>The place in the list of changed scores behind which news will be.</summary>
    public Task<long> LastChangeAsync() => scores.GetLastChangeAsync(CancellationToken.None);

    /// <summary>The place of the project's last record in the query log.</summary>
    public async Task<long> LastRecordAsync(string project) =>
        await log.ListAsync(project, null, null, null, 1, CancellationToken.None) is [var last, ..] ? last.Sequence : 0;

    /// <summary>The state with all outcomes that have come since.</summary>
    public async Task<ExperimentState> TakeScoresAsync(string project, ExperimentState state)
    {
        while (true)
        {
            var changes = await scores.ReadChangesAsync(project, state.Place, Page, CancellationToken.None);
            state = ExperimentScores.Take(state, changes);
            if (changes.Count < Page)
                return state;
        }
    }

    /// <summary>The state with all requests that have been served since.</summary>
    public async Task<ExperimentState> TakeRequestsAsync(string project, ExperimentState state)
    {
        var after = state.Plans == 0 ? await LastRecordAsync(project) : state.ServedPlace;
        var (last, requests) = await log.CountRequestsAsync(project, after, CancellationToken.None);
        return state.TakeRequests(requests, last);
    }

    /// <summary>The generations that cannot be compared with the champion by an experiment's metric, and why.</summary>
    public async Task<IReadOnlyDictionary<GenerationReference, string>> UnlikeAsync(
        ExperimentSettings settings, GenerationReference champion, IEnumerable<GenerationReference> challengers)
    {
        var unlike = new Dictionary<GenerationReference, string>();
        if (settings.Strategy == RolloutStrategy.Select || settings.Metric == MetricsPoint.LossName || await ManifestAsync(champion) is not { } own)
            return unlike;
        foreach (var challenger in challengers)
        {
            if (await ManifestAsync(challenger) is { } its && ComparedMetrics.Problem(settings.Metric, (champion, own), (challenger, its)) is { } problem)
                unlike.Add(challenger, problem);
        }

        return unlike;
    }

    /// <summary>What a strategy decides on.</summary>
    public async Task<ExperimentSnapshot> SnapshotAsync(string project, ExperimentState state) =>
        ExperimentViews.Snapshot(state, state.Request!.Settings.Select is { } sql ? await SelectAsync(project, state, sql) : null);

    /// <summary>The manifest of a generation's release; null: there is no such generation, which is said where a plan is checked.</summary>
    private async Task<Manifest?> ManifestAsync(GenerationReference generation) =>
        await grains.GetGrain<IGenerationGrain>(generation.ToString()).GetBlueprint() is { } blueprint ? ManifestParser.ParseOrThrow(blueprint.Release.Manifest) : null;

    private async Task<SelectionResult> SelectAsync(string project, ExperimentState state, string sql)
    {
        var facts = new List<GenerationFacts>();
        Manifest? manifest = null;
        foreach (var arm in state.Arms.Where(arm => !arm.IsOut))
        {
            if (await grains.GetGrain<IGenerationGrain>(arm.Generation.ToString()).GetBlueprint() is not { } blueprint)
                continue;
            if (manifest is null || (arm.Generation.Project == project && arm.Name != state.ChampionArm))
                manifest = ManifestParser.ParseOrThrow(blueprint.Release.Manifest);
            var known = await figures.ReadAsync(arm.Generation, null, CancellationToken.None);
            facts.Add(new GenerationFacts(arm.Generation, blueprint.Generation.Stage, arm.Name == state.ChampionArm, known) { KnownOutcomes = (long)Math.Max(arm.Outcomes, arm.All.Count) });
        }

        return GenerationTable.Select(engine, GenerationTable.Query(manifest!, sql), project, facts);
    }
}
