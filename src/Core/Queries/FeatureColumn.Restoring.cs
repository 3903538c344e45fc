using System.Buffers.Binary;
using System.Text.Json;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>
/// Values that come from what was written down of a row, or from another row: they were checked then, and must not change.
/// </summary>
public sealed partial class FeatureColumn
{
    /// <summary>
    /// Sets the value that a record or a sample has in JSON, bit for bit and without the schema's bounds; null leaves it missing.
    /// </summary>
    /// <exception cref="FormatException">The value is of another type than the feature.</exception>
    /// <exception cref="InvalidOperationException">The same.</exception>
    internal void Restore(int row, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null)
            return;
        switch (Feature.Type)
        {
            // Read as 32 bits: the shortest digits of a float, rounded by way of 64 bits, could come to its neighbour.
            case FeatureType.Float: BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(row * 4), value.GetSingle()); break;
            case FeatureType.Int: BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(row * 8), value.GetInt64()); break;
            case FeatureType.Bool: data[row] = value.GetBoolean() ? (byte)1 : (byte)0; break;
            default: strings[row] = value.GetString()!; break;
        }

        Mark(row);
    }

    /// <summary>
    /// Sets the value that a record of the query log has, bit for bit and without the schema's bounds; null leaves it missing.
    /// </summary>
    /// <param name="value">A float, long, bool or text, by the feature's type.</param>
    internal void Restore(int row, object? value)
    {
        if (value is null)
            return;
        switch (Feature.Type)
        {
            case FeatureType.Float: BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(row * 4), (float)value); break;
            case FeatureType.Int: BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(row * 8), (long)value); break;
            case FeatureType.Bool: data[row] = (bool)value ? (byte)1 : (byte)0; break;
            default: strings[row] = (string)value; break;
        }

        Mark(row);
    }

    /// <summary>Takes over the value of a row of another column of the same feature, missing ones too; the row has none yet.</summary>
    internal void CopyFrom(FeatureColumn from, int fromRow, int row)
    {
        if (from.IsMissing(fromRow))
            return;
        if (width == 0)
            strings[row] = from.strings[fromRow];
        else
            from.data.AsSpan(fromRow * width, width).CopyTo(data.AsSpan(row * width));
        Mark(row);
    }

    /// <summary>Whether two rows, of this column and of another of the same feature, have the same value to the last bit.</summary>
    internal bool IsSame(int row, FeatureColumn other, int otherRow)
    {
        if (IsMissing(row) || other.IsMissing(otherRow))
            return IsMissing(row) == other.IsMissing(otherRow);
        return width == 0
            ? strings[row] == other.strings[otherRow]
            : data.AsSpan(row * width, width).SequenceEqual(other.data.AsSpan(otherRow * width, width));
    }

    /// <summary>Notes that a value was not the client's.</summary>
    internal void MarkAugmented(int row) => (augmented ??= new bool[present.Length])[row] = true;
}
