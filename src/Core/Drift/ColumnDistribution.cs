using Progeny.Core.Common;

namespace Progeny.Core.Drift;

/// <summary>
/// How the values of one column of queries or predictions were spread: numbers and texts, and how many rows had none. Merges exactly.
/// </summary>
public sealed class ColumnDistribution
{
    /// <summary>The number of rows, those without a value included.</summary>
    public long Rows => Missing + Numbers.Count + Categories.Count;

    /// <summary>The rows without a value, or with a number that is not finite.</summary>
    public long Missing { get; private set; }

    /// <summary>The rows whose value was obtained by augmentation.</summary>
    public long Augmented { get; private set; }

    public ValueHistogram Numbers { get; private init; } = new();

    public CategoryHistogram Categories { get; private init; } = new();

    /// <summary>Counts a row with a number; one that is not finite counts as missing.</summary>
    public void Record(double value, bool augmented = false)
    {
        if (!double.IsFinite(value))
        {
            RecordMissing();
            return;
        }

        Numbers.Record(value);
        Augmented += augmented ? 1 : 0;
    }

    /// <summary>Counts a row with a text.</summary>
    public void Record(ReadOnlySpan<char> category, bool augmented = false)
    {
        Categories.Record(category);
        Augmented += augmented ? 1 : 0;
    }

    /// <summary>Counts a row without a value.</summary>
    public void RecordMissing() => Missing++;

    public void Merge(ColumnDistribution other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Missing += other.Missing;
        Augmented += other.Augmented;
        Numbers.Merge(other.Numbers);
        Categories.Merge(other.Categories);
    }

    internal void Encode(List<byte> target)
    {
        Varint.Write(target, (ulong)Missing);
        Varint.Write(target, (ulong)Augmented);
        foreach (var part in (byte[][])[Numbers.Encode(), Categories.Encode()])
        {
            Varint.Write(target, (ulong)part.Length);
            target.AddRange(part);
        }
    }

    internal static ColumnDistribution Decode(ref ReadOnlySpan<byte> source)
    {
        var missing = (long)Varint.Read(ref source);
        var augmented = (long)Varint.Read(ref source);
        return new()
        {
            Missing = missing,
            Augmented = augmented,
            Numbers = ValueHistogram.Decode(Part(ref source)),
            Categories = CategoryHistogram.Decode(Part(ref source)),
        };
    }

    /// <summary>A part behind its length.</summary>
    internal static ReadOnlySpan<byte> Part(ref ReadOnlySpan<byte> source)
    {
        var length = Varint.Read(ref source);
        if (length > (ulong)source.Length)
            throw new FormatException("The bytes of a distribution end too early.");
        var part = source[..(int)length];
        source = source[(int)length..];
        return part;
    }
}
