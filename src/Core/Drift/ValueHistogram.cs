using System.Runtime.InteropServices;
using Progeny.Core.Common;
using Progeny.Core.Metrics;

namespace Progeny.Core.Drift;

/// <summary>
/// Counts of finite numbers of either sign in at most <see cref="MaxBuckets"/> buckets, as narrow as that allows: up to a million to each
/// power of two where all numbers lie close together, fewer the wider they spread. Which buckets there are depends on the numbers alone,
/// not on their order, so histograms merge exactly: the merged one is the one that would have seen both. Not thread-safe.
/// </summary>
/// <remarks>
/// A bucket is the sign, the exponent and the first bits of the mantissa of a double, cut from its IEEE 754 form. Where there would be
/// more buckets than allowed, one bit less is kept, which joins neighbours two by two.
/// </remarks>
public sealed class ValueHistogram
{
    public const int MaxBuckets = 128;

    private const int MantissaBits = 20;
    private const int CutBits = 52 - MantissaBits;
    private const int MaxShift = 30;
    private const long FirstInfinite = 2047L << MantissaBits;
    private const byte Format = 4;

    // Histograms of 3 bits, as they were kept once, are those of 20 of which 17 were given up.
    private const byte CoarseFormat = 2;
    private const int CoarseShift = 17;

    private Dictionary<int, long> _counts = [];
    private int _shift;

    /// <summary>The number of numbers.</summary>
    public long Count { get; private set; }

    /// <summary>The buckets from the least numbers to the greatest.</summary>
    public IEnumerable<ValueBucket> Buckets =>
        _counts.OrderBy(pair => pair.Key).Select(pair => new ValueBucket(Bound(pair.Key, _shift), Bound(pair.Key + 1, _shift), pair.Value));

    /// <summary>Counts a number.</summary>
    /// <param name="value">A finite number.</param>
    /// <param name="count">How many times it occurred.</param>
    public void Record(double value, long count = 1)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite numbers have a bucket.");
        Add(KeyOf(value) >> _shift, count);
    }

    /// <summary>Adds all that another histogram counted.</summary>
    public void Merge(ValueHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        while (_shift < other._shift)
            Coarsen();
        foreach (var (key, count) in other._counts)
        {
            // Adding may coarsen this one further.
            Add(key >> (_shift - other._shift), count);
        }
    }

    /// <summary>The counts of two histograms in common buckets, those of the coarser one, from the least numbers to the greatest.</summary>
    public static IReadOnlyList<(long First, long Second)> Align(ValueHistogram first, ValueHistogram second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var shift = Math.Max(first._shift, second._shift);
        var counts = new SortedDictionary<int, (long First, long Second)>();
        foreach (var (key, count) in first._counts)
            counts[key >> (shift - first._shift)] = (counts.GetValueOrDefault(key >> (shift - first._shift)).First + count, 0);
        foreach (var (key, count) in second._counts)
        {
            var common = key >> (shift - second._shift);
            var (of, so) = counts.GetValueOrDefault(common);
            counts[common] = (of, so + count);
        }

        return [.. counts.Values];
    }

    /// <summary>The histogram in a few bytes for each bucket.</summary>
    /// <remarks>
    /// A byte 4 (the format), the bits given up, then for each bucket its distance from the last one and its count, as
    /// <see cref="LatencyHistogram"/>.
    /// </remarks>
    public byte[] Encode()
    {
        var bytes = new List<byte> { Format, (byte)_shift };
        var last = 0;
        foreach (var (key, count) in _counts.OrderBy(pair => pair.Key))
        {
            Varint.WriteSigned(bytes, (long)key - last);
            Varint.Write(bytes, (ulong)count);
            last = key;
        }

        return [.. bytes];
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are no histogram.</exception>
    public static ValueHistogram Decode(ReadOnlySpan<byte> encoded)
    {
        var given = encoded.Length > 1 && encoded[0] == CoarseFormat ? CoarseShift : 0;
        if (encoded.Length < 2 || encoded[0] is not (Format or CoarseFormat) || encoded[1] + given > MaxShift)
            throw new FormatException($"A histogram of numbers starts with the byte {Format} and a number of bits up to {MaxShift}.");
        var histogram = new ValueHistogram { _shift = encoded[1] + given };
        var rest = encoded[2..];
        var key = 0L;
        while (!rest.IsEmpty)
        {
            key += Varint.ReadSigned(ref rest);
            var count = Varint.Read(ref rest);
            if (key is < int.MinValue or > int.MaxValue || count is 0 or > long.MaxValue || histogram._counts.Count == MaxBuckets
                || !histogram._counts.TryAdd((int)key, (long)count))
                throw new FormatException(
                    $"A histogram of numbers has at most {MaxBuckets} buckets, each once and with a count above zero.");
            histogram.Count += (long)count;
        }

        return histogram;
    }

    // The magnitude's first bits grow with the magnitude; the complement does the same below zero, and is halved by a shift like them.
    private static int KeyOf(double value)
    {
        var key = (int)(BitConverter.DoubleToInt64Bits(Math.Abs(value)) >> CutBits);
        return value < 0 ? ~key : key;
    }

    private static double Bound(int key, int shift) =>
        key < 0 ? -Magnitude(-(long)key << shift) : Magnitude((long)key << shift);

    private static double Magnitude(long key) => key < FirstInfinite ? BitConverter.Int64BitsToDouble(key << CutBits) : double.MaxValue;

    private void Add(int key, long count)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _) += count;
        Count += count;
        while (_counts.Count > MaxBuckets)
            Coarsen();
    }

    private void Coarsen()
    {
        var counts = new Dictionary<int, long>(_counts.Count);
        foreach (var (key, count) in _counts)
            CollectionsMarshal.GetValueRefOrAddDefault(counts, key >> 1, out _) += count;
        _counts = counts;
        _shift++;
    }
}
