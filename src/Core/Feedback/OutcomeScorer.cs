using System.Collections.Immutable;
using System.Text.Json;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Feedback;

/// <summary>
/// Scores predictions whose outcome was reported: goes through the list of reports from the offset where it stopped, finds the query of
/// each in the log, and stores figures and offset together, so that each report counts once. A report that is ahead of the log is tried
/// again as long as it is kept. Of several records with the id the last one that holds an answer is scored. What shadows said of a query
/// (<c>query~arm</c>) is scored by the query's outcome.
/// </summary>
public sealed class OutcomeScorer(
    IOutcomeStore outcomes,
    IQueryLog log,
    IScoreStore scores,
    IMetricSets metrics,
    IShadowPeriods shadows,
    IStickyKeys keys,
    ProjectActivity activity,
    ScoreMeters meters,
    TimeProvider time)
{
    private const int Most = 500;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);

    /// <summary>After so long it is asked whether the report is still kept; what a shadow might have said has none of its own.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromDays(1);

    /// <summary>Scores some reports.</summary>
    /// <returns>Whether there may be more to score right now.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var offset = await scores.GetPlaceAsync(cancellationToken);
        var reports = await outcomes.ListAsync(offset, Most, cancellationToken);
        var due = await scores.ListWaitingAsync(now, LongestWait, Most, cancellationToken);
        if (reports.Count + due.Count == 0)
            return false;

        var found = new List<OutcomeScore>();
        var waiting = new Dictionary<(string Project, string QueryId), WaitingOutcome>();
        var givenUp = new List<WaitingOutcome>();
        var periods = new Dictionary<string, ImmutableArray<ShadowPeriod>>(StringComparer.Ordinal);
        var stickyKeys = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var outcome in due)
            await ScoreAsync(outcome);
        foreach (var report in reports)
            await ScoreAsync(new WaitingOutcome(report.Project, report.QueryId, report.Value, now, now));
        var after = reports.Count == 0 ? offset : reports[^1].Offset;
        var stored = await scores.ApplyAsync(
            new ScoreBatch(offset, after, found, [.. waiting.Values], givenUp) { At = now }, cancellationToken);
        if (stored)
            meters.Add(found);
        foreach (var project in reports.Select(report => report.Project).Concat(found.Select(score => score.Project)).Distinct())
            activity.Add(project);
        return !stored || reports.Count == Most || due.Count == Most;

        async ValueTask<string?> KeyOfAsync(string project) =>
            stickyKeys.TryGetValue(project, out var known) ? known : stickyKeys[project] = await keys.GetAsync(project);

        async Task ScoreAsync(WaitingOutcome outcome)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = (outcome.Project, outcome.QueryId);
            if (await log.FindAnsweredAsync(outcome.Project, outcome.QueryId, cancellationToken) is not { } query)
            {
                // The clock may have been put back since.
                var since = outcome.Since < now ? outcome.Since : now;
                if (now - since > TimeLimit && !await outcomes.HasReportAsync(outcome.Project, outcome.QueryId, cancellationToken))
                    givenUp.Add(outcome);
                else
                    waiting[key] = outcome with { Since = since, Due = now + Later(now - since) };
                return;
            }

            waiting.Remove(key);
            if (await ScoreOf(query, outcome, await KeyOfAsync(outcome.Project)) is { } score)
                found.Add(score);
            else
                givenUp.Add(outcome);
            if (query.Record.Reason is Reasons.Shadow or Reasons.Failed)
                return;
            if (!periods.TryGetValue(outcome.Project, out var known))
                periods.Add(outcome.Project, known = await shadows.ListAsync(outcome.Project));
            foreach (var arm in ShadowPeriods.Of(known, query.Sequence, query.Record.At).Where(arm => arm != query.Record.Arm))
                await ScoreAsync(outcome with { QueryId = ArmRecords.IdOf(outcome.QueryId, arm), Since = now });
        }
    }

    private async ValueTask<OutcomeScore?> ScoreOf(LoggedQuery query, WaitingOutcome outcome, string? stickyKey)
    {
        var record = query.Record;
        var generation = new GenerationReference(record.GenerationProject ?? record.Project, record.Release, record.Generation);
        try
        {
            return await metrics.GetAsync(generation) is { } set && set.Score(record, outcome.Value) is { } values
                ? new OutcomeScore(outcome.Project, generation, outcome.QueryId, record.At, values)
                {
                    Arm = record.Arm,
                    Reason = record.Reason,
                    Sequence = query.Sequence,
                    Cluster = EntityClusters.Of(record, stickyKey),
                }
                : null;
        }
        catch (Exception exception) when (exception is ManifestException or JsonException)
        {
            // One record that cannot be read must not stop the scores of all others.
            return null;
        }
    }

    private static TimeSpan Later(TimeSpan waited) => waited < FirstWait ? FirstWait : waited < LongestWait ? waited : LongestWait;
}
