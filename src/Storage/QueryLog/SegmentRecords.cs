using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>Records of a segment, as the API shows them.</summary>
internal static class SegmentRecords
{
    /// <summary>The records of the request around one of a segment; a request is never spread over two.</summary>
    public static (IReadOnlyList<QueryRecord> Rows, int Index) Request(Segment segment, int index)
    {
        var start = 0;
        var reader = new QueryBatchReader(segment.Batch);
        while (reader.Read() && reader.Index <= index)
        {
            if (reader.IsFirstOfRequest)
                start = reader.Index;
        }

        var rows = new List<QueryRecord>();
        reader = new QueryBatchReader(segment.Batch);
        while (reader.Read() && (reader.Index <= start || !reader.IsFirstOfRequest))
        {
            if (reader.Index >= start)
                rows.Add(reader.ToRecord());
        }

        return (rows, index - start);
    }

    /// <summary>The last records of a segment within bounds, newest first.</summary>
    public static IEnumerable<(long Sequence, QueryRecord Record)> Newest(Segment segment, long from, long until, int most)
    {
        var end = Math.Min(segment.End, until);
        var start = Math.Max(Math.Max(segment.First, from), end - most);
        var records = new List<(long Sequence, QueryRecord Record)>();
        var reader = new QueryBatchReader(segment.Batch);
        for (var sequence = segment.First; sequence < end && reader.Read(); sequence++)
        {
            if (sequence >= start)
                records.Add((sequence, reader.ToRecord()));
        }

        records.Reverse();
        return records;
    }
}
