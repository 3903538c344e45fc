using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>What a column holds, for those who read it.</summary>
public sealed partial class FeatureColumn
{
    /// <summary>The value of a row of a feature that is a number or a boolean (0 or 1); NaN where it is missing.</summary>
    public double GetNumber(int row) => !present[row] ? double.NaN : Feature.Type switch
    {
        FeatureType.Float => GetFloat(row),
        FeatureType.Int => GetInt64(row),
        _ => data[row],
    };

    /// <summary>Whether any row's value may come from augmentation or a rule; false: none does.</summary>
    public bool HasAugmented => augmented is not null;

    /// <summary>Whether any row's value may have been replaced; false: none was.</summary>
    public bool HasOriginals => originals is not null;

    /// <summary>The number in a row of a <see cref="FeatureType.Float"/> that is not missing.</summary>
    public float GetFloat(int row) => BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(row * 4));

    /// <summary>The number in a row of an <see cref="FeatureType.Int"/> that is not missing.</summary>
    public long GetInt64(int row) => BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(row * 8));

    /// <summary>The value in a row of a <see cref="FeatureType.Bool"/> that is not missing.</summary>
    public bool GetBoolean(int row) => data[row] != 0;

    /// <summary>The text in a row of a category or text that is not missing.</summary>
    public string GetText(int row) => strings[row];

    /// <summary>The value of a row as feeds and tests carry it; null where it is missing.</summary>
    public object? Get(int row)
    {
        if (!present[row])
            return null;
        return Feature.Type switch
        {
            FeatureType.Float => GetFloat(row),
            FeatureType.Int => GetInt64(row),
            FeatureType.Bool => GetBoolean(row),
            _ => strings[row],
        };
    }

    /// <summary>The value of a row as expressions take it; null where it is missing.</summary>
    public SqlValue GetSql(int row)
    {
        if (!present[row])
            return default;
        return Feature.Type switch
        {
            FeatureType.Float => SqlValue.From((double)GetFloat(row)),
            FeatureType.Int => SqlValue.From(GetInt64(row)),
            FeatureType.Bool => SqlValue.From(GetBoolean(row)),
            _ => SqlValue.From(strings[row]),
        };
    }

    /// <summary>Writes the values as a model's input has them, NaN or "" where one is missing.</summary>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="except">For each row whether it is left out; empty: none is.</param>
    /// <param name="target">The input's elements, the first for the first row.</param>
    /// <param name="stride">How many elements lie between two rows: 1 for a column, more in a matrix.</param>
    /// <exception cref="ModelException">A value is out of the range of the input's type.</exception>
    public void CopyTo(int rows, ReadOnlySpan<bool> except, InputElements target, int stride)
    {
        if (Feature.Type == FeatureType.Float && target.Type == DataType.Fp32 && except.IsEmpty)
        {
            var from = MemoryMarshal.Cast<byte, float>(data)[..rows];
            var to = MemoryMarshal.Cast<byte, float>(target.Bytes);
            if (stride == 1 && Present == rows)
            {
                from.CopyTo(to);
                return;
            }

            for (int row = 0, index = 0; row < rows; row++, index += stride)
                to[index] = present[row] ? from[row] : float.NaN;
            return;
        }

        for (int row = 0, index = 0; row < rows; row++)
        {
            if (!except.IsEmpty && except[row])
                continue;
            if (width == 0)
                target.Texts[index] = present[row] ? strings[row] : "";
            else if (!(present[row] && Feature.Type == FeatureType.Int
                ? target.TryWrite(index, GetInt64(row))
                : target.TryWrite(index, GetNumber(row))))
                throw target.Misfit(Feature.Name, row, GetNumber(row));
            index += stride;
        }
    }
}
