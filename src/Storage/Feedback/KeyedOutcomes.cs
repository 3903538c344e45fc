using Dapper;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.Feedback;

/// <summary>Outcomes by key and time, beside the query log, in which their queries are searched for.</summary>
/// <remarks>
/// An outcome is searched for once in all that was answered within the limit before it. From then on it is compared only with segments
/// behind the place up to which was searched that hold records which are not after it: records that were written late. An index says which
/// segments hold answers about an entity; of an entity that was never asked about none is read.
/// </remarks>
public sealed class KeyedOutcomes(QueryStore store, TimeProvider time, ErasureMarks? erased = null) : IKeyedOutcomes
{
    private const int RowsAtOnce = 50_000;
    private const int SavedAtOnce = 4_000;
    private const int SegmentsAtOnce = 16;

    /// <inheritdoc/>
    public async Task AddAsync(string project, IReadOnlyList<KeyedOutcome> outcomes, CancellationToken cancellationToken)
    {
        if (erased is not null && outcomes.Count > 0)
            outcomes = await erased.KeepOthersAsync(project, outcomes, outcome => erased.OfEntity(project, outcome.Key), cancellationToken);
        foreach (var part in outcomes.Chunk(SavedAtOnce))
            await store.Feedback.AddAsync(project, part, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<KeyedMatches> MatchAsync(
        string project, TimeSpan within, DateTimeOffset settled, TimeSpan retention, CancellationToken cancellationToken)
    {
        var receipt = new OutcomeReceipt(0, 0, 0, 0);
        var limit = within.Ticks / TimeSpan.TicksPerMicrosecond;
        if ((await CountAsync(project, cancellationToken)).Waiting > 0)
        {
            var (searched, indexed, end) = await PlacesAsync(project, cancellationToken);
            await IndexAsync(project, indexed, end, cancellationToken);
            receipt += await SearchLateAsync(project, limit, searched, end, cancellationToken);
            await store.Feedback.MarkAsync(project, end, cancellationToken);
            for (var rows = await FreshAsync(project, limit, settled, cancellationToken); rows.Count > 0; rows = await FreshAsync(
                project, limit, settled, cancellationToken))
            {
                var segments = await SegmentsAsync(project, rows, 0, end, cancellationToken);
                receipt += await SearchAsync(project, rows, segments, 0, cancellationToken);
            }

            await store.Feedback.ForgetRemovedAsync(project, cancellationToken);
        }

        // By the clock that no leap misleads; before its first check, a minute after the start at most, nothing goes.
        while (store.Age is { } age && await store.Feedback.RemoveAsync(project, age - retention, cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();
        var (waiting, ambiguous) = await CountAsync(project, cancellationToken);
        return new KeyedMatches(receipt, waiting, ambiguous);
    }

    /// <summary>Adds the segments that were written since to the index by entity.</summary>
    private async Task IndexAsync(string project, long indexed, long end, CancellationToken cancellationToken)
    {
        var firsts = await store.ReadAsync(
            snapshot => snapshot.Connection.Query<long>(
                "SELECT first FROM segments WHERE origin IN (SELECT id FROM origins WHERE project = @project) AND first >= @indexed AND "
                    + "first < @end ORDER BY first",
                new { project, indexed, end }).AsList(),
            cancellationToken);
        foreach (var part in firsts.Chunk(SegmentsAtOnce))
        {
            var entities = new HashSet<(long Hash, long First)>();
            await store.ReadAsync(
                snapshot => Read(snapshot, part, (segment, reader) =>
                {
                    if (reader.Entity is { } key)
                        entities.Add((EntityHash.Of(key), segment.First));
                }),
                cancellationToken);
            await store.Feedback.IndexAsync(project, entities, part[^1] + 1, cancellationToken);
        }

        await store.Feedback.IndexAsync(project, [], end, cancellationToken);
    }

    /// <summary>Compares what waits with what was written since the last search, as far as it is about the same entities.</summary>
    private async Task<OutcomeReceipt> SearchLateAsync(
        string project, long limit, long searched, long end, CancellationToken cancellationToken)
    {
        var receipt = new OutcomeReceipt(0, 0, 0, 0);
        for (var id = 0L; ;)
        {
            // CROSS JOIN keeps the order: from the new segments to what waits for their entities.
            var rows = await RowsAsync(
                "(SELECT DISTINCT hash FROM keyed_entities WHERE project = @project AND first >= @searched) AS written CROSS JOIN keyed",
                "id",
                new { project, limit, searched, id, RowsAtOnce },
                cancellationToken,
                "keyed.hash = written.hash AND fresh = 0 AND id > @id");
            if (rows.Count == 0)
                return receipt;
            if (await SegmentsAsync(project, rows, searched, end, cancellationToken) is { Count: > 0 } segments)
                receipt += await SearchAsync(project, rows, segments, searched, cancellationToken);
            id = rows[^1].Id;
        }
    }

    private async Task<OutcomeReceipt> SearchAsync(
        string project, IReadOnlyList<KeyedRow> rows, IReadOnlyList<EntitySegment> segments, long from, CancellationToken cancellationToken)
    {
        var matcher = new KeyedMatcher(rows);
        for (var next = 0; next < segments.Count && !matcher.IsDone; next += SegmentsAtOnce)
        {
            var part = segments.Skip(next).Take(SegmentsAtOnce).ToList();
            await store.ReadAsync(snapshot => Load(snapshot, part, from, matcher), cancellationToken);
            matcher.Settle(next + SegmentsAtOnce < segments.Count ? segments[next + SegmentsAtOnce].UntilAt : long.MinValue);
        }

        var receipt = new OutcomeReceipt(0, 0, 0, 0);
        foreach (var part in rows.Chunk(SavedAtOnce))
            receipt += OutcomeChanges.Count(await store.Feedback.SaveAsync(project, part, time.GetUtcNow(), cancellationToken));
        return receipt;
    }

    private static bool Load(ILogSnapshot snapshot, IReadOnlyList<EntitySegment> segments, long from, KeyedMatcher matcher) =>
        Read(snapshot, [.. segments.Select(segment => segment.First).Order()], (segment, reader) =>
        {
            var at = QueryCodes.Encode(reader.At);
            if (segment.First + reader.Index >= from && reader.Entity is { } key && matcher.Wants(key, at))
                matcher.Add(key, at, segment.First + reader.Index, reader.QueryId);
        });

    /// <summary>Reads the live answers of segments.</summary>
    private static bool Read(ILogSnapshot snapshot, IReadOnlyList<long> segments, Action<Segment, QueryBatchReader> read)
    {
        foreach (var segment in snapshot.ReadHolding(segments))
        {
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
            {
                if (QueryProjection.IsLive(reader))
                    read(segment, reader);
            }
        }

        return true;
    }

    private Task<(long Waiting, long Ambiguous)> CountAsync(string project, CancellationToken cancellationToken) => store.ReadAsync(
        snapshot =>
            snapshot.Connection.QuerySingle<(long, long)>(
                "SELECT count(*), count(tie) FROM keyed WHERE project = @project AND query_id IS NULL", new { project }),
        cancellationToken);

    private Task<(long Searched, long Indexed, long End)> PlacesAsync(string project, CancellationToken cancellationToken) =>
        store.ReadAsync(
        snapshot =>
        {
            var (searched, indexed) = snapshot.Connection.QuerySingleOrDefault<(long, long)>(
                "SELECT searched, indexed FROM keyed_marks WHERE project = @project", new { project });
            return (searched, indexed, snapshot.ReadBounds().Last + 1);
        },
        cancellationToken);

    private Task<IReadOnlyList<KeyedRow>> FreshAsync(
        string project, long limit, DateTimeOffset settled, CancellationToken cancellationToken) =>
        RowsAsync(
            "keyed",
            "at, id",
            new { project, limit, settled = QueryCodes.Encode(settled), RowsAtOnce },
            cancellationToken,
            "fresh = 1 AND at <= @settled");

    private Task<IReadOnlyList<KeyedRow>> RowsAsync(
        string from, string order, object parameters, CancellationToken cancellationToken, string which = "TRUE") => store.ReadAsync(
        IReadOnlyList<KeyedRow> (snapshot) => snapshot.Connection.Query<KeyedRow>(
            $"""
            SELECT id AS Id, keyed.key AS Key, at AS At, value AS Value, observed_at AS ObservedAt, tie AS Tie,
                CASE WHEN tie >= at - @limit THEN tie + 1 ELSE at - @limit END AS Earliest
            FROM {from} WHERE keyed.project = @project AND query_id IS NULL AND {which} ORDER BY {order} LIMIT @RowsAtOnce
            """,
            parameters).AsList(),
        cancellationToken);

    /// <summary>
    /// The segments within bounds of place that hold answers about the entities of outcomes, within the time of these; the last in time
    /// first.
    /// </summary>
    private Task<IReadOnlyList<EntitySegment>> SegmentsAsync(
        string project, IReadOnlyList<KeyedRow> rows, long from, long end, CancellationToken cancellationToken) => store.ReadAsync(
        IReadOnlyList<EntitySegment> (snapshot) =>
        {
            var entities = rows.GroupBy(row => row.Key)
                .Select(entity => (EntityHash.Of(entity.Key), entity.Min(row => row.Earliest), entity.Max(row => row.At))).ToList();
            return [.. snapshot.FindSegments(project, entities, from, end).OrderByDescending(segment => segment.UntilAt)];
        },
        cancellationToken);
}
