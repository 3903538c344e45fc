using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Ids;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.Feedback;

/// <summary>The state of the feedback loop, out of the file of the query log. What it costs is bounded, however long the log is.</summary>
public sealed class SqliteFeedbackReader(QueryDatabase database) : IFeedbackReader
{
    private const int NewestOutcomes = 10_000;
    private const int SegmentsOfAge = 40;

    /// <inheritdoc/>
    public Task<FeedbackReport> ReadAsync(string project, DateTimeOffset now, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, recent) =>
        {
            var (latency, unmatched) = Latency(connection, recent, project);
            return new FeedbackReport(latency, [.. Ages(connection, project, now, cancellationToken)], unmatched);
        },
        cancellationToken);

    private static (FeedbackLatency? Latency, long Unmatched) Latency(SqliteConnection connection, RecentIds recent, string project)
    {
        var reports = connection.Query<(long Id, string QueryId, long ReportedAt)>(
            "SELECT id, query_id, reported_at FROM outcomes WHERE project = :project ORDER BY id DESC LIMIT :NewestOutcomes", new { project, NewestOutcomes });
        using var probe = new ReportProbe(connection, project, long.MaxValue);
        var first = reports.Where(report => probe.Find(report.QueryId) is { } both && both.First == report.Id).ToList();
        var answered = new long?[first.Count];
        new RecordFinder(connection, project, recent).Find(
            first.ConvertAll(report => report.QueryId),
            (index, _, reader) =>
            {
                if (QueryProjection.IsLive(reader))
                    answered[index] ??= QueryCodes.Encode(reader.At);
            });
        var seconds = first.Zip(answered).Where(pair => pair.Second is not null).Select(pair => (pair.First.ReportedAt - pair.Second!.Value) / 1e6).ToList();
        return (seconds.Count == 0 ? null : FeedbackLatency.Of(seconds), first.Count - seconds.Count);
    }

    private static IEnumerable<FeedbackAge> Ages(SqliteConnection connection, string project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var segments = connection.Query<long>(
            "SELECT first FROM segments WHERE origin IN (SELECT id FROM origins WHERE project = :project) ORDER BY first", new { project }).AsList();
        using var scan = new SegmentScan(connection, "WHERE s.first = ?1");
        using var outcomes = new OutcomeProbe(connection, project);
        var until = segments.Count;
        var youngest = TimeSpan.Zero;
        foreach (var oldest in FeedbackReport.AgeBounds.Append(TimeSpan.MaxValue))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var begin = oldest == TimeSpan.MaxValue ? long.MinValue : QueryCodes.Encode(now - oldest);
            var end = youngest == TimeSpan.Zero ? long.MaxValue : QueryCodes.Encode(now - youngest);
            var from = FirstAfter(connection, segments, until, begin);
            var (queries, known) = (0L, 0L);
            foreach (var first in Spread(segments, from, Math.Min(segments.Count, until + 1)))
            {
                scan.Bind(1, first);
                var segment = scan.Read()!;
                scan.Reset();
                var reader = new QueryBatchReader(segment.Batch);
                while (reader.Read())
                {
                    if (QueryCodes.Encode(reader.At) is var at && at >= begin && at < end && QueryProjection.IsLive(reader))
                    {
                        queries++;
                        known += outcomes.Find(reader) is null ? 0 : 1;
                    }
                }
            }

            yield return new FeedbackAge(
                youngest.TotalSeconds, oldest == TimeSpan.MaxValue ? null : oldest.TotalSeconds, queries, known, queries == 0 ? null : (double)known / queries);
            (until, youngest) = (from, oldest);
        }
    }

    /// <summary>The index of the first segment with a record after a time. Segments lie in the order of time, nearly.</summary>
    private static int FirstAfter(SqliteConnection connection, List<long> segments, int until, long time)
    {
        var (low, high) = (0, until);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (connection.ExecuteScalar<long>("SELECT until_at FROM segments WHERE first = :first", new { first = segments[middle] }) < time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static IEnumerable<long> Spread(List<long> segments, int from, int until)
    {
        var count = Math.Min(until - from, SegmentsOfAge);
        for (var i = 0; i < count; i++)
            yield return segments[from + (int)((long)i * (until - from) / count)];
    }
}
