using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Datasets.Rows;

/// <summary>
/// Which parts of a table are joined: the last eight or more that are all below the first size, else below the next. So a row is
/// rewritten a few times
/// at most, and a table has no more than seven parts of each size beside those of full size.
/// </summary>
public static class Compaction
{
    /// <summary>The number of parts of one size that are joined into one.</summary>
    public const int Parts = 8;

    private static readonly long[] _sizes = [4L << 20, 32L << 20, 256L << 20];

    /// <summary>The parts to join, as a range of the table's; null: there are too few.</summary>
    public static Range? Choose(IReadOnlyList<DatasetPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        foreach (var size in _sizes)
        {
            var first = parts.Count;
            var bytes = 0L;
            while (first > 0 && parts[first - 1].Bytes < size && bytes < _sizes[^1])
                bytes += parts[--first].Bytes;
            if (parts.Count - first >= Parts)
                return first..parts.Count;
        }

        return null;
    }
}
