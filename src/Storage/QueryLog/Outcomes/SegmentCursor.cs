using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>Stands on one record of the log after the other, by growing sequence numbers, over one reader's snapshot.</summary>
internal sealed class SegmentCursor(SqliteConnection connection) : IDisposable
{
    private readonly SegmentScan scan = new(connection, "WHERE s.first <= ?1 ORDER BY s.first DESC LIMIT 1");
    private Segment? segment;
    private QueryBatchReader? reader;

    /// <summary>A reader that stands on the record; null where it is gone.</summary>
    /// <param name="sequence">Not below the last one.</param>
    public QueryBatchReader? MoveTo(long sequence)
    {
        if (segment is null || sequence >= segment.End)
        {
            scan.Bind(1, sequence);
            segment = scan.Read() ?? segment;
            scan.Reset();
            reader = segment is null ? null : new QueryBatchReader(segment.Batch);
        }

        if (segment is null || sequence < segment.First || sequence >= segment.End)
            return null;
        while (segment.First + reader!.Index < sequence)
        {
            if (!reader.Read())
                return null;
        }

        return reader;
    }

    public void Dispose() => scan.Dispose();
}
