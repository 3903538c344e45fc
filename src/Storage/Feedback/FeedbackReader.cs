using Dapper;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;

namespace Progeny.Storage.Feedback;

/// <summary>The state of the feedback loop, out of the query log. What it costs is bounded, however long the log is.</summary>
public sealed class FeedbackReader(QueryStore store) : IFeedbackReader
{
    private const int NewestOutcomes = 10_000;
    private const int SegmentsOfAge = 40;

    /// <inheritdoc/>
    public Task<FeedbackReport> ReadAsync(string project, DateTimeOffset now, CancellationToken cancellationToken) => store.ReadAsync(
        snapshot =>
        {
            var (latency, unmatched) = Latency(snapshot, project);
            return new FeedbackReport(latency, [.. Ages(snapshot, project, now, cancellationToken)], unmatched);
        },
        cancellationToken);

    private static (FeedbackLatency? Latency, long Unmatched) Latency(ILogSnapshot snapshot, string project)
    {
        var reports = snapshot.Connection.Query<(long Id, string QueryId, long ReportedAt)>(
            "SELECT id, query_id, reported_at FROM outcomes WHERE project = @project ORDER BY id DESC LIMIT @NewestOutcomes",
            new { project, NewestOutcomes }).AsList();
        using var probe = snapshot.ProbeReports(project);
        probe.Load(reports.ConvertAll(report => report.QueryId));
        var first = reports.Where(report => probe.Find(report.QueryId) is { } both && both.First == report.Id).ToList();
        var answered = new long?[first.Count];
        new RecordFinder(snapshot, project).Find(
            first.ConvertAll(report => report.QueryId),
            (index, _, reader) =>
            {
                if (QueryProjection.IsLive(reader))
                    answered[index] ??= QueryCodes.Encode(reader.At);
            });
        var seconds = first.Zip(answered).Where(pair => pair.Second is not null)
            .Select(pair => (pair.First.ReportedAt - pair.Second!.Value) / 1e6).ToList();
        return (seconds.Count == 0 ? null : FeedbackLatency.Of(seconds), first.Count - seconds.Count);
    }

    private static IEnumerable<FeedbackAge> Ages(
        ILogSnapshot snapshot, string project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var segments = snapshot.Connection.Query<(long First, long UntilAt)>(
            "SELECT first, until_at FROM segments WHERE origin IN (SELECT id FROM origins WHERE project = @project) ORDER BY first",
            new { project }).AsList();
        using var outcomes = snapshot.ProbeReports(project);
        var until = segments.Count;
        var youngest = TimeSpan.Zero;
        foreach (var oldest in FeedbackReport.AgeBounds.Append(TimeSpan.MaxValue))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var begin = oldest == TimeSpan.MaxValue ? long.MinValue : QueryCodes.Encode(now - oldest);
            var end = youngest == TimeSpan.Zero ? long.MaxValue : QueryCodes.Encode(now - youngest);
            var from = FirstAfter(segments, until, begin);
            var (queries, known) = (0L, 0L);
            foreach (var part in snapshot.ReadHolding([.. Spread(segments, from, Math.Min(segments.Count, until + 1))])
                .InParts(snapshot.SegmentsAtOnce))
            {
                outcomes.Load(part);
                foreach (var segment in part)
                {
                    var reader = new QueryBatchReader(segment.Batch);
                    while (reader.Read())
                    {
                        if (QueryCodes.Encode(reader.At) is var at && at >= begin && at < end && QueryProjection.IsLive(reader))
                        {
                            queries++;
                            known += outcomes.FindValue(reader) is null ? 0 : 1;
                        }
                    }
                }
            }

            yield return new FeedbackAge(
                youngest.TotalSeconds,
                oldest == TimeSpan.MaxValue ? null : oldest.TotalSeconds,
                queries,
                known,
                queries == 0 ? null : (double)known / queries);
            (until, youngest) = (from, oldest);
        }
    }

    /// <summary>The index of the first segment with a record after a time. Segments lie in the order of time, nearly.</summary>
    private static int FirstAfter(List<(long First, long UntilAt)> segments, int until, long time)
    {
        var (low, high) = (0, until);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].UntilAt < time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static IEnumerable<long> Spread(List<(long First, long UntilAt)> segments, int from, int until)
    {
        var count = Math.Min(until - from, SegmentsOfAge);
        for (var i = 0; i < count; i++)
            yield return segments[from + (int)((long)i * (until - from) / count)].First;
    }
}
