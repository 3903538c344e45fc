using DuckDB.NET.Native;

namespace Progeny.Storage.Apply;

/// <summary>A column of a chunk of a result of DuckDB, read where it lies. It must not be read once the chunk is disposed.</summary>
internal readonly unsafe struct InputVector
{
    // A text of DuckDB: four bytes of length; up to twelve bytes follow it, longer ones lie where the last eight bytes point to.
    private const int TextBytes = 16;
    private const int MaxInline = 12;

    private readonly byte* data;
    private readonly ulong* validity;

    public InputVector(DuckDBDataChunk chunk, int column)
    {
        var vector = NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column);
        data = (byte*)NativeMethods.Vectors.DuckDBVectorGetData(vector);
        validity = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
    }

    /// <summary>Whether no row is NULL.</summary>
    public bool HasNoNulls => validity is null;

    public bool IsNull(int row) => validity is not null && (validity[row >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>The value of a row, of the type that the column has.</summary>
    public T Get<T>(int row)
        where T : unmanaged => ((T*)data)[row];

    /// <summary>The values of rows, of the type that the column has.</summary>
    public ReadOnlySpan<T> Values<T>(int first, int count)
        where T : unmanaged => new((T*)data + first, count);

    /// <summary>The bytes of values of a width.</summary>
    public ReadOnlySpan<byte> Bytes(int first, int count, int width) => new(data + ((long)first * width), count * width);

    /// <summary>The bytes of a text or a blob.</summary>
    public ReadOnlySpan<byte> Text(int row)
    {
        var text = data + ((long)row * TextBytes);
        var length = *(int*)text;
        return new ReadOnlySpan<byte>(length <= MaxInline ? text + sizeof(int) : *(byte**)(text + (2 * sizeof(int))), length);
    }
}
