using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Common;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Apply.Tables;

/// <summary>A table of a SQLite file. Real numbers of 32 bits are stored as the same numbers of 64 bits.</summary>
internal sealed class SqliteFeedTable(string feed, string connectionString, string table) : FeedTable(feed, table)
{
    // How long a write waits for another writer.
    private const int LockSeconds = 30;

    private readonly string connectionString = new SqliteConnectionStringBuilder(connectionString)
    {
        Mode = SqliteOpenMode.ReadWrite,
        Cache = SqliteCacheMode.Private,
        DefaultTimeout = LockSeconds,
        Pooling = false,
    }.ToString();

    /// <inheritdoc/>
    public override Task CheckAsync(CancellationToken cancellationToken) => RunAsync(
        connection => connection.Execute("BEGIN IMMEDIATE; ROLLBACK;"), cancellationToken);

    /// <inheritdoc/>
    public override Task PrepareAsync(IReadOnlyList<FeedTableColumn> columns, CancellationToken cancellationToken) => RunAsync(
        connection =>
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            connection.Execute(
                $"""
                CREATE TABLE IF NOT EXISTS {Ledger} (
                    job TEXT NOT NULL, chunk INTEGER NOT NULL, written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
                    PRIMARY KEY (job, chunk)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS {SqlText.Name(Table)} (
                    {string.Join(", ", columns.Select(column => $"{SqlText.Name(column.Name)} {column.SqliteType}"))});
                """,
                transaction: transaction);
            var existing = connection.Query<string>(
                "SELECT name FROM pragma_table_info(:Table)", new { Table }, transaction).ToList();
            CheckColumns(existing, columns, StringComparer.OrdinalIgnoreCase);
            transaction.Commit();
            return 0;
        },
        cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> WriteAsync(
        DuckDbRows rows, string job, int chunk, IReadOnlyList<FeedTableColumn> columns, CancellationToken cancellationToken) => RunAsync(
        connection =>
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            if (connection.Execute($"INSERT OR IGNORE INTO {Ledger} (job, chunk) VALUES (:job, :chunk)", new { job, chunk }, transaction) == 0)
                return false;
            using var insert = CreateInsert(connection, columns);
            insert.Transaction = transaction;
            using var command = rows.Session.CreateCommand(rows.Select(columns.Select(column => column.SqliteValue)), []);
            command.UseStreamingMode = true;
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var i = 0; i < columns.Count; i++)
                    insert.Parameters[i].Value = reader.IsDBNull(i) ? DBNull.Value : reader.GetValue(i);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
            return true;
        },
        cancellationToken);

    private SqliteCommand CreateInsert(SqliteConnection connection, IReadOnlyList<FeedTableColumn> columns)
    {
        var command = connection.CreateCommand();
        var names = columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"$p{i}")).ToList();
        command.CommandText = $"INSERT INTO {SqlText.Name(Table)} ({string.Join(", ", columns.Select(column => SqlText.Name(column.Name)))}) "
            + $"VALUES ({string.Join(", ", names)})";
        foreach (var name in names)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    /// <remarks>SQLite's driver works on the calling thread.</remarks>
    private Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) => FeedThread.RunAsync(
        () => SqliteGuard.Run(Feed, () =>
        {
            using var connection = new SqliteConnection(connectionString);
            connection.Open();
            return work(connection);
        }),
        cancellationToken);
}
