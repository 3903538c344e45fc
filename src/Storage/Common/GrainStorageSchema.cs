using Microsoft.Data.Sqlite;

namespace Progeny.Storage.Common;

/// <summary>The tables and queries of grain state in a SQLite file.</summary>
public static class GrainStorageSchema
{
    private const string Script = "OrleansStorage.Sqlite.sql";

    /// <summary>
    /// Creates what is missing, and sets the file to write-ahead logging, which stays with the file. Every connection has SQLite's
    /// default <c>synchronous=FULL</c>: a state that was written is on the disk.
    /// </summary>
    /// <param name="connectionString">A connection string of Microsoft.Data.Sqlite; the folder of the file must exist.</param>
    /// <param name="cancellationToken">Checked before the script runs; half a script is never left behind.</param>
    /// <exception cref="SqliteException">The file cannot be opened or is no SQLite database.</exception>
    public static async Task EnsureCreatedAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL;", cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, await ReadScriptAsync(cancellationToken), cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<string> ReadScriptAsync(CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(typeof(GrainStorageSchema).Assembly.GetManifestResourceStream(Script)!);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
