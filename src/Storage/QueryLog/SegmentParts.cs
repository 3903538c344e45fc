using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>Joins segments, so that a question about their records is asked once for several of them.</summary>
internal static class SegmentParts
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Parts of some megabyte at most.</summary>
    /// <param name="count">The most segments of a part.</param>
    public static IEnumerable<IReadOnlyList<Segment>> InParts(this IEnumerable<Segment> segments, int count)
    {
        var part = new List<Segment>();
        var bytes = 0;
        foreach (var segment in segments)
        {
            part.Add(segment);
            bytes += segment.Batch.Data.Length;
            if (part.Count < count && bytes < MaxBytes)
                continue;
            yield return part;
            (part, bytes) = ([], 0);
        }

        if (part.Count > 0)
            yield return part;
    }
}
