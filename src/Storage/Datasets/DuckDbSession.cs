using System.Data;
using DuckDB.NET.Data;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets;

/// <summary>A database of DuckDB in memory, used by one caller at a time. Its work runs on threads beside the caller's.</summary>
public sealed class DuckDbSession : IAsyncDisposable
{
    /// <summary>Options of a Parquet file that is written quickly and read soon.</summary>
    /// <remarks>A dictionary of many values would cost more than it saves.</remarks>
    internal const string QuickParquet = "COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1000";

    private readonly DuckDBConnection connection;
    private readonly string folder;
    private readonly IDisposable? turn;

    internal DuckDbSession(DuckDBConnection connection, string folder, IDisposable? turn = null)
    {
        this.turn = turn;
        this.connection = connection;
        this.folder = folder;
    }

    /// <summary>The session's own folder, whose files it may read; it is deleted with the session.</summary>
    public string Folder => folder;

    /// <summary>For who needs what this class has not: appenders, table functions.</summary>
    internal DuckDBConnection Connection => connection;

    /// <summary>Runs statements; their rows are passed over.</summary>
    /// <exception cref="DuckDBException">A statement is refused or fails.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and the statement has ended.</exception>
    public Task<long> ExecuteAsync(string sql, CancellationToken cancellationToken) => RunAsync(
        sql, static command => (long)command.ExecuteNonQuery(), cancellationToken);

    /// <summary>The first value of the first row; null: it is NULL, or there is no row.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken) => RunAsync(
        sql, static command => command.ExecuteScalar() is { } value and not DBNull ? value : null, cancellationToken);

    /// <summary>All rows, each made by a function; for results that fit into memory.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, Func<IDataRecord, T> make, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<T>>(
            sql,
            command =>
            {
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read())
                    rows.Add(make(reader));
                return rows;
            },
            cancellationToken);

    /// <summary>The columns of a table, or of what stands behind FROM.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task<IReadOnlyList<DatasetColumn>> DescribeAsync(string table, CancellationToken cancellationToken) => QueryAsync(
        $"DESCRIBE SELECT * FROM {table}", row => new DatasetColumn(row.GetString(0), row.GetString(1)), cancellationToken);

    /// <summary>Writes the rows of a query into a Parquet file, over one that is there.</summary>
    /// <returns>How many rows were written.</returns>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task<long> WriteParquetAsync(string select, string path, CancellationToken cancellationToken) =>
        WriteParquetAsync(select, path, "COMPRESSION zstd", cancellationToken);

    /// <param name="select">The query.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">DuckDB's options of the format, separated by commas.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <inheritdoc cref="WriteParquetAsync(string, string, CancellationToken)"/>
    /// <remarks>DuckDB's temporary file, beside a file that it writes over, would be out of the session's reach.</remarks>
    public Task<long> WriteParquetAsync(string select, string path, string options, CancellationToken cancellationToken) =>
        ExecuteAsync(
            $"COPY (\n{select}\n) TO {SqlText.Literal(path)} (FORMAT parquet, {options}, USE_TMP_FILE false)", cancellationToken);

    /// <summary>Runs work with a command on a thread of its own; cancelling interrupts what the command does.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    internal Task<T> RunAsync<T>(string sql, Func<DuckDBCommand, T> work, CancellationToken cancellationToken) => FeedThread.RunAsync(
        () =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return Guard(command, cancellationToken, work);
        },
        cancellationToken);

    /// <summary>Runs work with a command on the calling thread; cancelling interrupts what the command does.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    internal static T Guard<T>(DuckDBCommand command, CancellationToken cancellationToken, Func<DuckDBCommand, T> work)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var interrupt = cancellationToken.Register(static state => ((DuckDBCommand)state!).Cancel(), command);
        try
        {
            return work(command);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>A command with the values of its parameters <c>$1</c>, <c>$2</c> …</summary>
    internal DuckDBCommand CreateCommand(string sql, IReadOnlyList<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values)
            command.Parameters.Add(new DuckDBParameter(value ?? DBNull.Value));
        return command;
    }

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        turn?.Dispose();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
