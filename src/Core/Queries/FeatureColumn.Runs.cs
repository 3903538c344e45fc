using System.Runtime.InteropServices;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>Values that come column by column, many rows at once.</summary>
public sealed partial class FeatureColumn
{
    /// <summary>Sets numbers of rows that have none yet, as <see cref="SetNumber"/> does, up to the first that needs that.</summary>
    /// <param name="row">The first row.</param>
    /// <param name="values">A number for each row from there on.</param>
    /// <returns>How many were set: all, or those before one that is missing or does not fit.</returns>
    public int SetNumbers(int row, ReadOnlySpan<double> values)
    {
        if (Feature.Type != FeatureType.Float)
            return 0;
        var (least, most) = (Feature.Min ?? double.NegativeInfinity, Feature.Max ?? double.PositiveInfinity);
        var target = MemoryMarshal.Cast<byte, float>(data.AsSpan(row * sizeof(float), values.Length * sizeof(float)));
        var count = 0;
        foreach (var value in values)
        {
            // NaN and what is too great for 32 bits are no finite numbers there.
            var narrow = (float)value;
            if (!float.IsFinite(narrow) || value < least || value > most)
                break;
            target[count++] = narrow;
        }

        MarkAll(row, count);
        return count;
    }

    /// <summary>Sets whole numbers of rows that have none yet, as <see cref="SetInteger"/> does, up to the first that needs that.</summary>
    /// <inheritdoc cref="SetNumbers"/>
    public int SetIntegers(int row, ReadOnlySpan<long> values)
    {
        if (Feature.Type != FeatureType.Int)
            return 0;
        var count = values.Length;
        if (Feature.Min is not null || Feature.Max is not null)
        {
            count = 0;
            while (count < values.Length && !(values[count] < Feature.Min) && !(values[count] > Feature.Max))
                count++;
        }

        values[..count].CopyTo(MemoryMarshal.Cast<byte, long>(data.AsSpan(row * sizeof(long), count * sizeof(long))));
        MarkAll(row, count);
        return count;
    }

    private void MarkAll(int row, int count)
    {
        var marks = present.AsSpan(row, count);
        Present += count - marks.Count(true);
        marks.Fill(true);
    }
}
