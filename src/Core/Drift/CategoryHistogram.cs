using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Progeny.Core.Common;

namespace Progeny.Core.Drift;

/// <summary>
/// Counts of texts, at most <see cref="MaxCategories"/> of them by name and the rest together. Where there are more, those are kept by
/// name whose hash is smallest: an even sample of all categories, whose choice depends on the categories alone. So histograms merge
/// exactly, and every count by name is complete. Not thread-safe.
/// </summary>
public sealed class CategoryHistogram
{
    public const int MaxCategories = 128;

    /// <summary>Texts are told apart by so many characters.</summary>
    public const int MaxCharacters = 64;

    private const byte Format = 3;

    private readonly Dictionary<string, long> _counts = [];
    private readonly SortedSet<(ulong Hash, string Name)> _order = new(Comparer<(ulong Hash, string Name)>.Create(
        static (a, b) => a.Hash != b.Hash ? a.Hash.CompareTo(b.Hash) : string.CompareOrdinal(a.Name, b.Name)));

    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public CategoryHistogram() => _lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The number of texts.</summary>
    public long Count { get; private set; }

    /// <summary>How many of them are of categories without a name here.</summary>
    public long Others { get; private set; }

    /// <summary>The categories by name, the most frequent first.</summary>
    public IEnumerable<KeyValuePair<string, long>> Categories =>
        _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal);

    /// <summary>Counts a text.</summary>
    public void Record(ReadOnlySpan<char> category, long count = 1)
    {
        if (category.Length > MaxCharacters)
            category = category[..(char.IsHighSurrogate(category[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)];
        Count += count;
        ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_lookup, category);
        if (!Unsafe.IsNullRef(ref known))
        {
            known += count;
            return;
        }

        var hash = Hash(category);
        if (_counts.Count == MaxCategories)
        {
            var last = _order.Max;
            if (Compare(hash, category, last) > 0)
            {
                Others += count;
                return;
            }

            Others += _counts[last.Name];
            _counts.Remove(last.Name);
            _order.Remove(last);
        }

        var name = category.ToString();
        _counts.Add(name, count);
        _order.Add((hash, name));
    }

    /// <summary>Adds all that another histogram counted.</summary>
    public void Merge(CategoryHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (name, count) in other._counts)
            Record(name, count);
        Count += other.Others;
        Others += other.Others;
    }

    /// <summary>
    /// The counts of two histograms by name where both know them, those of all other texts together. A name that one of them
    /// left out because it has too many is among the rest of both.
    /// </summary>
    public static (IReadOnlyList<(string Name, long First, long Second)> Named, (long First, long Second) Others) Align(
        CategoryHistogram first, CategoryHistogram second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var named = first._counts.Keys.Union(second._counts.Keys)
            .Where(name => first.Knows(name) && second.Knows(name))
            .Select(name => (name, first._counts.GetValueOrDefault(name), second._counts.GetValueOrDefault(name)))
            .OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.name, StringComparer.Ordinal)
            .ToList();
        return (named, (first.Count - named.Sum(pair => pair.Item2), second.Count - named.Sum(pair => pair.Item3)));
    }

    /// <summary>The histogram in the texts and a few bytes for each.</summary>
    /// <remarks>
    /// A byte 3 (the format), the others, then for each category the length of its name in UTF-8, the name and its count.
    /// </remarks>
    public byte[] Encode()
    {
        var bytes = new List<byte> { Format };
        Varint.Write(bytes, (ulong)Others);
        foreach (var (_, name) in _order)
        {
            var text = Encoding.UTF8.GetBytes(name);
            Varint.Write(bytes, (ulong)text.Length);
            bytes.AddRange(text);
            Varint.Write(bytes, (ulong)_counts[name]);
        }

        return [.. bytes];
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are no histogram.</exception>
    public static CategoryHistogram Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty || encoded[0] != Format)
            throw new FormatException($"A histogram of categories starts with the byte {Format}.");
        var rest = encoded[1..];
        var histogram = new CategoryHistogram { Others = (long)Varint.Read(ref rest) };
        histogram.Count = histogram.Others;
        while (!rest.IsEmpty)
        {
            var length = Varint.Read(ref rest);
            if (length > (ulong)rest.Length)
                throw new FormatException("The bytes of a histogram of categories end within a name.");
            var name = Encoding.UTF8.GetString(rest[..(int)length]);
            rest = rest[(int)length..];
            histogram.Record(name, (long)Varint.Read(ref rest));
        }

        return histogram;
    }

    // Those that were left out come behind the last one that is kept.
    private bool Knows(string name) =>
        Others == 0 || _counts.ContainsKey(name) || (_order.Count > 0 && Compare(Hash(name), name, _order.Max) < 0);

    // The order of a set of pairs, for a name that is no string yet.
    private static int Compare(ulong hash, ReadOnlySpan<char> name, (ulong Hash, string Name) other) =>
        hash != other.Hash ? hash.CompareTo(other.Hash) : name.CompareTo(other.Name, StringComparison.Ordinal);

    // XXH3 over the UTF-16 of the name. Histograms that are stored depend on it: it must not change.
    private static ulong Hash(ReadOnlySpan<char> text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text));
}
