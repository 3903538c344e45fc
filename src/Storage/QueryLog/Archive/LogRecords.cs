using System.Runtime.CompilerServices;
using Dapper;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>Reads whole records of the log with all reports of their outcomes, in windows that bound memory.</summary>
internal sealed class LogRecords(QueryStore store)
{
    private const long Window = 8_192;

    private const string OfProject =
        """
        FROM segments AS s WHERE s.origin IN (SELECT id FROM origins WHERE project = @Project) AND s.until_at >= @From
            AND s.from_at < @Until AND s.first + s.count - 1 > @After AND s.first <= @Through
        """;

    /// <summary>The place of the last record of the log.</summary>
    public Task<long> ReadEndAsync(CancellationToken cancellationToken) =>
        store.ReadAsync(snapshot => snapshot.ReadBounds().Last, cancellationToken);

    /// <summary>The first and last time of records within a range, to the segment that holds them; null: there are none.</summary>
    public Task<(long First, long Last)?> FindTimesAsync(LogRange range, CancellationToken cancellationToken) => store.ReadAsync(
        (long First, long Last)? (snapshot) =>
            snapshot.Connection.QuerySingle<(long?, long?)>($"SELECT min(s.from_at), max(s.until_at) {OfProject}", Parameters(range)) is
                ({ } first, { } last)
                ? (first, last)
                : null,
        cancellationToken);

    /// <summary>Streams the records of a range in the order of the log.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogRecord>> ReadAsync(
        LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bounds = await store.ReadAsync(
            snapshot => snapshot.Connection.QuerySingle<(long? First, long? Last)>(
                $"SELECT min(s.first), max(s.first + s.count - 1) {OfProject}", Parameters(range)),
            cancellationToken);
        if (bounds is not ({ } first, { } last))
            yield break;
        (first, last) = (Math.Max(first, range.After + 1), Math.Min(last, range.Through));
        for (var from = first; from <= last; from += Window)
        {
            var part = new SegmentRange(range.Project, from, Math.Min(from + Window, last + 1));
            var records = await store.ReadAsync(snapshot => Read(snapshot, part, range), cancellationToken);
            if (records.Count > 0)
                yield return records;
        }
    }

    private static object Parameters(LogRange range) =>
        new { range.Project, range.From, range.Until, range.After, range.Through };

    private static List<LogRecord> Read(ILogSnapshot snapshot, SegmentRange part, LogRange range)
    {
        var found = new List<LogRecord>();
        foreach (var segment in snapshot.Read(part))
            Read(segment, part, range, found);
        var reports = snapshot.ReadReports(
            range.Project, [.. found.Select(record => record.Record.QueryId).Distinct(StringComparer.Ordinal)]);
        return found.ConvertAll(record => record with { Outcomes = reports.GetValueOrDefault(record.Record.QueryId) ?? [] });
    }

    private static void Read(Segment segment, SegmentRange part, LogRange range, List<LogRecord> found)
    {
        var request = new List<LogRecord>();
        var (row, reader) = (0, new QueryBatchReader(segment.Batch));
        while (reader.Read())
        {
            if (reader.IsFirstOfRequest)
                End();
            var sequence = segment.First + reader.Index;
            var at = QueryCodes.Encode(reader.At);
            if (sequence >= part.From && sequence < part.Until && at >= range.From && at < range.Until)
                request.Add(new LogRecord(sequence, row, 0, RecordCopy.Of(reader), reader.ToRecord(), []));
            row++;
        }

        End();

        void End()
        {
            foreach (var record in request)
                found.Add(record with { Rows = row });
            request.Clear();
            row = 0;
        }
    }
}
