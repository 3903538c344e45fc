using System.Runtime.InteropServices;
using System.Text;
using DuckDB.NET.Native;

namespace Progeny.Storage.Apply;

/// <summary>Writes columns of a chunk that is handed to DuckDB.</summary>
internal static unsafe class OutputVectors
{
    /// <summary>The bytes of a value of a type; 0: it is a text or a blob.</summary>
    public static int WidthOf(DuckDBLogicalType type)
    {
        var id = NativeMethods.LogicalType.DuckDBGetTypeId(type);
        return id switch
        {
            DuckDBType.Varchar or DuckDBType.Blob => 0,
            DuckDBType.Decimal => WidthOf(NativeMethods.LogicalType.DuckDBDecimalInternalType(type)),
            _ => WidthOf(id),
        };
    }

    /// <summary>Copies values of another chunk.</summary>
    /// <param name="rows">The indexes of the rows in the batch; null: all of them.</param>
    public static void Copy(
        DuckDBDataChunk to, int column, in InputVector from, int offset, int count, ReadOnlySpan<int> rows, bool isPart, int width)
    {
        var vector = NativeMethods.DataChunks.DuckDBDataChunkGetVector(to, column);
        var target = (byte*)NativeMethods.Vectors.DuckDBVectorGetData(vector);
        if (!isPart && width > 0 && from.HasNoNulls)
        {
            from.Bytes(offset, count, width).CopyTo(new Span<byte>(target, count * width));
            return;
        }

        ulong* validity = null;
        if (!from.HasNoNulls)
        {
            NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(vector);
            validity = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
        }

        for (var row = 0; row < count; row++)
        {
            var source = offset + (isPart ? rows[row] : row);
            if (from.IsNull(source))
            {
                validity[row >> 6] &= ~(1UL << (row & 63));
            }
            else if (width > 0)
            {
                from.Bytes(source, 1, width).CopyTo(new Span<byte>(target + ((long)row * width), width));
            }
            else
            {
                fixed (byte* text = from.Text(source))
                    NativeMethods.Vectors.DuckDBVectorAssignStringElementLength(vector, (ulong)row, text, from.Text(source).Length);
            }
        }
    }

    /// <summary>The values of a column, to be set.</summary>
    public static Span<T> Values<T>(DuckDBDataChunk chunk, int column, int count)
        where T : unmanaged => new(
            NativeMethods.Vectors.DuckDBVectorGetData(NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column)), count);

    /// <summary>Sets a text.</summary>
    public static void SetText(DuckDBDataChunk chunk, int column, int row, string text)
    {
        var vector = NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column);
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* first = &MemoryMarshal.GetArrayDataReference(bytes))
            NativeMethods.Vectors.DuckDBVectorAssignStringElementLength(vector, (ulong)row, first, bytes.Length);
    }

    private static int WidthOf(DuckDBType type) => type switch
    {
        DuckDBType.Boolean or DuckDBType.TinyInt or DuckDBType.UnsignedTinyInt => 1,
        DuckDBType.SmallInt or DuckDBType.UnsignedSmallInt => 2,
        DuckDBType.Integer or DuckDBType.UnsignedInteger or DuckDBType.Float or DuckDBType.Date => 4,
        DuckDBType.BigInt or DuckDBType.UnsignedBigInt or DuckDBType.Double or DuckDBType.Time or DuckDBType.Timestamp
            or DuckDBType.TimestampS or DuckDBType.TimestampMs or DuckDBType.TimestampNs or DuckDBType.TimestampTz => 8,
        DuckDBType.HugeInt or DuckDBType.UnsignedHugeInt or DuckDBType.Uuid or DuckDBType.Interval => 16,
        _ => throw new NotSupportedException($"Values of the type {type} cannot be copied."),
    };
}
