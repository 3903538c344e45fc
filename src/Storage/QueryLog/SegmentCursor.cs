using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>Stands on one record of the log after the other, by growing sequence numbers.</summary>
/// <param name="segments">The segments that hold the records, in the order of the log.</param>
internal sealed class SegmentCursor(IEnumerable<Segment> segments) : IDisposable
{
    private readonly IEnumerator<Segment> segments = segments.GetEnumerator();
    private Segment? segment;
    private QueryBatchReader? reader;
    private bool isAtEnd;

    /// <summary>A reader that stands on the record; null where it is gone.</summary>
    /// <param name="sequence">Not below the last one.</param>
    public QueryBatchReader? MoveTo(long sequence)
    {
        while (!isAtEnd && (segment is null || sequence >= segment.End))
        {
            isAtEnd = !segments.MoveNext();
            if (isAtEnd)
                break;
            segment = segments.Current;
            reader = new QueryBatchReader(segment.Batch);
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

    public void Dispose() => segments.Dispose();
}
