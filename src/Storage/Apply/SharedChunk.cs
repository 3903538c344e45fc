using DuckDB.NET.Native;

namespace Progeny.Storage.Apply;

/// <summary>A chunk of rows that several batches are parts of; its memory is given back when the last of them is disposed.</summary>
internal sealed class SharedChunk(DuckDBDataChunk chunk)
{
    private int holders = 1;

    public DuckDBDataChunk Chunk => chunk;

    public SharedChunk Hold()
    {
        Interlocked.Increment(ref holders);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref holders) == 0)
            chunk.Dispose();
    }
}
