using Dapper;
using Npgsql;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>Reads segments, some megabytes at once: on a connection nothing else can be asked while rows come.</summary>
internal sealed class PostgresSegments(NpgsqlConnection connection, LogNames names, LogDays days)
{
    private const int FirstRows = 16;
    private const int MaxRows = 256;
    private const int Bytes = 2 * 1024 * 1024;

    private const string Columns = SegmentRow.Columns;

    // Each origin's part of the index is in the order of the log; they are merged. The segment that holds the first record may begin before
    // it.
    private const string OfProject =
        $"""
        SELECT {Columns} FROM origins AS o CROSS JOIN LATERAL (
            SELECT * FROM segments WHERE origin = o.id AND day BETWEEN @firstDay AND @lastDay AND first < @until AND first >= coalesce(
                (SELECT max(first) FROM segments WHERE @isBegin AND day = @firstDay AND first <= @from), @from)
            ORDER BY first LIMIT @rows) AS s
        WHERE o.project = @project AND (@release IS NULL OR o.release = @release) AND (@generation < 0 OR o.generation = @generation)
        ORDER BY s.first LIMIT @rows
        """;

    private static readonly string NewestOfProject = OfProject.Replace(
        "first LIMIT @rows", "first DESC LIMIT @rows", StringComparison.Ordinal);

    /// <inheritdoc cref="ILogSnapshot.Read"/>
    public IEnumerable<Segment> Read(SegmentRange range)
    {
        var (from, until, left) = (range.From, range.Until, range.Newest ?? int.MaxValue);
        for (var rows = FirstRows; left > 0 && from < until;)
        {
            var wanted = Math.Min(rows, left);
            var part = Load(range.Newest is null ? OfProject : NewestOfProject, new
            {
                project = range.Project,
                release = range.Release,
                generation = range.Generation ?? -1,
                from,
                until,
                firstDay = days.Of(from),
                lastDay = days.Of(until - 1),
                rows = wanted,
                isBegin = range.Newest is not null || from == range.From,
            });
            foreach (var segment in part)
                yield return segment;
            if (part.Count < wanted)
                yield break;
            left -= part.Count;
            if (range.Newest is null)
                from = part[^1].End;
            else
                until = part[^1].First;
            rows = Next(part);
        }
    }

    /// <inheritdoc cref="ILogSnapshot.ReadAfter"/>
    public IEnumerable<Segment> ReadAfter(long sequence)
    {
        var rows = FirstRows;
        foreach (var day in days.From(days.Of(sequence)))
        {
            for (var isMore = true; isMore;)
            {
                var part = Load(
                    $"SELECT {Columns} FROM segments AS s WHERE s.day = @day AND s.first > @sequence ORDER BY s.first LIMIT @rows",
                    new { day, sequence, rows });
                foreach (var segment in part)
                    yield return segment;
                isMore = part.Count == rows;
                if (part.Count == 0)
                    continue;
                sequence = part[^1].First;
                rows = Next(part);
            }
        }
    }

    /// <inheritdoc cref="ILogSnapshot.ReadHolding"/>
    public IEnumerable<Segment> ReadHolding(IReadOnlyList<long> sequences)
    {
        var end = long.MinValue;
        var rows = FirstRows;
        for (var next = 0; next < sequences.Count;)
        {
            var wanted = new List<long>(rows);
            for (; next < sequences.Count && wanted.Count < rows; next++)
            {
                if (sequences[next] >= end)
                    wanted.Add(sequences[next]);
            }

            if (wanted.Count == 0)
                continue;
            var of = wanted.ConvertAll(days.Of);
            var part = Load(
                $"""
                SELECT {Columns}
                FROM (SELECT DISTINCT f.day, f.first FROM unnest(@wanted, @of) AS w(sequence, day) CROSS JOIN LATERAL (
                    SELECT day, first FROM segments WHERE day = w.day AND day BETWEEN @firstDay AND @lastDay AND first <= w.sequence ORDER BY first DESC LIMIT 1) AS f) AS held
                    JOIN segments AS s ON s.day = held.day AND s.first = held.first
                WHERE s.day BETWEEN @firstDay AND @lastDay
                ORDER BY s.first
                """,
                new { wanted = wanted.ToArray(), of = of.ToArray(), firstDay = of[0], lastDay = of[^1] });
            foreach (var segment in part)
            {
                // A segment that is gone leaves the place of its records to the one before it.
                if (segment.First < end || !wanted.Exists(sequence => sequence >= segment.First && sequence < segment.End))
                    continue;
                end = segment.End;
                yield return segment;
            }

            if (part.Count > 0)
                rows = Next(part);
        }
    }

    private static int Next(List<Segment> part) =>
        (int)Math.Clamp(part.Count * (long)Bytes / Math.Max(1, part.Sum(segment => (long)segment.Batch.Data.Length)), 1, MaxRows);

    private List<Segment> Load(string sql, object parameters)
    {
        var rows = connection.Query<SegmentRow>(sql, parameters).AsList();
        names.Load(connection, rows);
        return rows.ConvertAll(row => new Segment(row.First, names.ToBatch(row)));
    }
}
