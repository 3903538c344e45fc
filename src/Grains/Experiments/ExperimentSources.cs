using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Experiments;
using Progeny.Core.Experiments.Strategies;
using Progeny.Core.Expressions;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Experiments;

/// <summary>The outcomes, requests and figures that experiments decide on.</summary>
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
    public async Task<ExperimentState> TakeScoresAsync(ExperimentState state)
    {
        while (true)
        {
            var changes = await scores.ReadChangesAsync(state.Project, state.ScoreOffset, Page, CancellationToken.None);
            state = state.TakeScores(changes);
            if (changes.Count < Page)
                return state;
        }
    }

    /// <summary>The state with all requests that have been served since.</summary>
    public async Task<ExperimentState> TakeTrafficAsync(ExperimentState state)
    {
        var (last, requests) = await log.CountRequestsAsync(state.Project, state.TrafficOffset, CancellationToken.None);
        return state.TakeTraffic(requests, last);
    }

    /// <summary>
    /// The challengers for which the metric means the same as for the champion. An experiment without an end goes on without the others;
    /// one about certain generations does not begin.
    /// </summary>
    /// <exception cref="PlanException">Challengers cannot be compared with the champion.</exception>
    public async Task<List<GenerationReference>> ComparableAsync(string project, ExperimentRequest request, GenerationReference champion)
    {
        var challengers = request.Generations.Where(generation => generation != champion).Distinct().ToList();
        var incomparable = await IncomparableAsync(request.Settings, champion, challengers);
        if (incomparable.Count == 0
            || (RolloutStrategies.Of(request.Settings.Strategy).IsEndless && incomparable.Count < challengers.Count))
            return challengers.FindAll(generation => !incomparable.ContainsKey(generation));
        throw new PlanException([new PlanFault(
            "metric",
            $"{string.Join("; ", incomparable.Values)}; all arms must be scored by the same SQL: compare loss, or put a generation that "
                + $"has this metric into production first (POST /api/projects/{project}/promotions)")]);
    }

    /// <summary>The generations that cannot be compared with the champion by an experiment's metric, and why.</summary>
    public async Task<IReadOnlyDictionary<GenerationReference, string>> IncomparableAsync(
        ExperimentSettings settings, GenerationReference champion, IEnumerable<GenerationReference> challengers)
    {
        var incomparable = new Dictionary<GenerationReference, string>();
        if (settings.Strategy == RolloutStrategy.Select || settings.Metric == MetricsPoint.LossName
            || await ManifestAsync(champion) is not { } own)
            return incomparable;
        foreach (var challenger in challengers)
        {
            if (await ManifestAsync(challenger) is { } its
                && ComparedMetrics.Problem(settings.Metric, (champion, own), (challenger, its)) is { } problem)
                incomparable.Add(challenger, problem);
        }

        return incomparable;
    }

    /// <summary>What a strategy decides on.</summary>
    public async Task<ExperimentSnapshot> SnapshotAsync(ExperimentState state) =>
        ExperimentReport.Snapshot(state, state.Settings.Select is { } sql ? await SelectAsync(state, sql) : null);

    /// <summary>The manifest of a generation's release; null: there is no such generation, which is said where a plan is checked.</summary>
    private async Task<Manifest?> ManifestAsync(GenerationReference generation) =>
        await grains.GetGrain<IGenerationGrain>(generation.ToString()).GetBlueprint() is { } blueprint
            ? ManifestCache.Of(blueprint.Release)
            : null;

    private async Task<SelectionResult> SelectAsync(ExperimentState state, string sql)
    {
        var facts = new List<GenerationFacts>();
        Manifest? manifest = null;
        foreach (var arm in state.Arms.Where(arm => !arm.IsOut))
        {
            if (await grains.GetGrain<IGenerationGrain>(arm.Generation.ToString()).GetBlueprint() is not { } blueprint)
                continue;
            if (manifest is null || (arm.Generation.Project == state.Project && arm.Name != state.ChampionArm))
                manifest = ManifestCache.Of(blueprint.Release);
            var known = await figures.ReadAsync(arm.Generation, null, CancellationToken.None);
            facts.Add(
                new GenerationFacts(
                    arm.Generation, blueprint.Generation.Stage, arm.Name == state.ChampionArm, known) { KnownOutcomes = arm.Outcomes });
        }

        return GenerationTable.Select(engine, GenerationTable.Query(manifest!, sql), state.Project, facts);
    }
}
