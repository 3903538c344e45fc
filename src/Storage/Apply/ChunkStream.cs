using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Progeny.Core.Apply;

namespace Progeny.Storage.Apply;

/// <summary>The result of a query of DuckDB in chunks of columns, of which a few are in memory at a time.</summary>
internal sealed class ChunkStream : IDisposable
{
    private readonly DuckDBPreparedStatement statement;
    private DuckDBResult result;

    private ChunkStream(DuckDBPreparedStatement statement, DuckDBResult result) => (this.statement, this.result) = (statement, result);

    /// <exception cref="ApplyException">DuckDB refuses the query.</exception>
    public static ChunkStream Open(DuckDBConnection connection, string sql)
    {
        if (NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out var statement) != DuckDBState.Success)
        {
            var problem = NativeMethods.PreparedStatements.DuckDBPrepareError(statement);
            statement.Dispose();
            throw new ApplyException($"The rows cannot be read: {problem}");
        }

        if (NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out var result) == DuckDBState.Success)
            return new ChunkStream(statement, result);
        var failure = NativeMethods.Query.DuckDBResultError(ref result);
        NativeMethods.Query.DuckDBDestroyResult(ref result);
        statement.Dispose();
        throw new ApplyException($"The rows cannot be read: {failure}");
    }

    /// <summary>The type of a column; the caller disposes it.</summary>
    public DuckDBLogicalType TypeOf(int column) => NativeMethods.Query.DuckDBColumnLogicalType(ref result, column);

    /// <summary>The next chunk, which the caller disposes; null: there are no more rows.</summary>
    /// <exception cref="ApplyException">The rows cannot be read on.</exception>
    public DuckDBDataChunk? Next()
    {
        var chunk = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(result);
        if (chunk.IsInvalid)
        {
            chunk.Dispose();
            return NativeMethods.Query.DuckDBResultError(ref result) is { Length: > 0 } problem
                ? throw new ApplyException($"The rows cannot be read on: {problem}")
                : null;
        }

        if (NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk) > 0)
            return chunk;
        chunk.Dispose();
        return null;
    }

    public void Dispose()
    {
        NativeMethods.Query.DuckDBDestroyResult(ref result);
        statement.Dispose();
    }
}
