using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Progeny.Storage.Feeds;

/// <summary>One open connection to a feed for one query: it can only read, and it stops when it is told to.</summary>
/// <remarks>
/// The file is opened read-only; beyond that an authorizer lets SQLite compile nothing but reading and computing, so that ATTACH,
/// PRAGMA, transactions and temporary tables are refused too.
/// </remarks>
internal sealed class SqliteSession : IDisposable
{
    // Virtual machine steps between two looks at the token: some milliseconds, so that looking costs nothing.
    private const int StepsBetweenChecks = 50_000;

    private readonly SqliteConnection connection;
    private CancellationToken watched;
    private string? denied;

    public SqliteSession(string connectionString)
    {
        connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            raw.sqlite3_set_authorizer(connection.Handle!, Authorize, null);
            raw.sqlite3_progress_handler(connection.Handle!, StepsBetweenChecks, _ => watched.IsCancellationRequested ? 1 : 0, null);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Until the result is disposed, cancelling the token stops the statement that runs.</summary>
    public CancellationTokenRegistration Watch(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        watched = cancellationToken;
        // The handler above stops whatever computes; the interrupt also stops a single long step such as a sort.
        return cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle!));
    }

    public SqliteCommand CreateCommand(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    /// <summary>What an exception out of this session means to the caller.</summary>
    public Exception Translate(SqliteException e)
    {
        if (e.SqliteErrorCode == raw.SQLITE_INTERRUPT && watched.IsCancellationRequested)
            return new OperationCanceledException("The query was interrupted.", e, watched);
        return denied is null ? e : new FormatException($"The query uses {denied}, which is not allowed: a feed only reads.", e);
    }

    public void Dispose()
    {
        if (connection.Handle is { } handle)
        {
            // The handle goes back to the pool and must not keep this query's token.
            raw.sqlite3_progress_handler(handle, 0, null, null);
            raw.sqlite3_set_authorizer(handle, (strdelegate_authorizer?)null, null);
        }

        connection.Dispose();
    }

    private int Authorize(object userData, int action, string first, string second, string database, string inner)
    {
        if (action is raw.SQLITE_SELECT or raw.SQLITE_READ or raw.SQLITE_RECURSIVE)
            return raw.SQLITE_OK;
        if (action == raw.SQLITE_FUNCTION && !string.Equals(second, "load_extension", StringComparison.OrdinalIgnoreCase))
            return raw.SQLITE_OK;
        denied = action switch
        {
            raw.SQLITE_FUNCTION => "load_extension",
            raw.SQLITE_ATTACH => "ATTACH",
            raw.SQLITE_DETACH => "DETACH",
            raw.SQLITE_PRAGMA => $"PRAGMA {first}",
            raw.SQLITE_TRANSACTION or raw.SQLITE_SAVEPOINT => "a transaction of its own",
            raw.SQLITE_INSERT => $"INSERT into {first}",
            raw.SQLITE_UPDATE => $"UPDATE of {first}",
            raw.SQLITE_DELETE => $"DELETE from {first}",
            _ => "a statement that changes the database",
        };
        return raw.SQLITE_DENY;
    }
}
