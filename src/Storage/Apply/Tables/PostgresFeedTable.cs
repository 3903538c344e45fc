using Dapper;
using Npgsql;
using Progeny.Core.Common;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Apply.Tables;

/// <summary>A table of a PostgreSQL database, which takes the rows of a chunk by COPY, as the texts that DuckDB writes.</summary>
internal sealed class PostgresFeedTable(string feed, string connectionString, string table, TimeSpan timeout) : FeedTable(feed, table)
{
    private const int BufferCharacters = 32 << 10;

    private string Name => string.Join('.', Table.Split('.').Select(SqlText.Name));

    private string LedgerName => Table.Split('.') is [var schema, _] ? $"{SqlText.Name(schema)}.{Ledger}" : Ledger;

    /// <inheritdoc/>
    public override Task CheckAsync(CancellationToken cancellationToken) => RunAsync(
        async (connection, token) => await connection.ExecuteScalarAsync<string>(
            new CommandDefinition("SHOW transaction_read_only", cancellationToken: token)) == "on"
            ? throw new FormatException("The database, or the role, lets nothing be written (transaction_read_only).")
            : true,
        cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Two that make the same table at once would fail in the catalog of the database, so they wait for each other.</remarks>
    public override Task PrepareAsync(IReadOnlyList<FeedTableColumn> columns, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            await connection.ExecuteAsync(new CommandDefinition(
                $"SELECT pg_advisory_xact_lock(hashtext('{Ledger}'))", transaction: transaction, cancellationToken: token));
            foreach (var (name, definition) in new[]
            {
                (LedgerName, "job text NOT NULL, chunk bigint NOT NULL, written_at timestamptz NOT NULL DEFAULT now(), "
                    + "PRIMARY KEY (job, chunk)"),
                (Name, string.Join(", ", columns.Select(column => $"{SqlText.Name(column.Name)} {column.PostgresType}"))),
            })
            {
                // A role that may write into a table need not be one that may make some.
                if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                    "SELECT to_regclass(:name) IS NOT NULL", new { name }, transaction, cancellationToken: token)))
                    await connection.ExecuteAsync(
                        new CommandDefinition($"CREATE TABLE {name} ({definition})", transaction: transaction, cancellationToken: token));
            }

            var existing = await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:Name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                new { Name },
                transaction,
                cancellationToken: token));
            CheckColumns(existing.AsList(), columns, StringComparer.Ordinal);
            await transaction.CommitAsync(token);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public override async Task<bool> WriteAsync(
        DuckDbRows rows, string job, int chunk, IReadOnlyList<FeedTableColumn> columns, CancellationToken cancellationToken)
    {
        var path = Path.Combine(rows.Session.Folder, "rows.csv");
        await rows.Session.ExecuteAsync(
            $"COPY ({rows.Select(columns.Select(Value))}) TO {SqlText.Literal(path)} (FORMAT csv, HEADER false, USE_TMP_FILE false)",
            cancellationToken);
        return await RunAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                if (await connection.ExecuteAsync(new CommandDefinition(
                    $"INSERT INTO {LedgerName} (job, chunk) VALUES (:job, :chunk) ON CONFLICT DO NOTHING",
                    new { job, chunk },
                    transaction,
                    cancellationToken: token)) == 0)
                    return false;
                var names = string.Join(", ", columns.Select(column => SqlText.Name(column.Name)));
                using var file = File.OpenText(path);
                await using (var copy = await connection.BeginTextImportAsync($"COPY {Name} ({names}) FROM STDIN (FORMAT csv)", token))
                {
                    var buffer = new char[BufferCharacters];
                    while (await file.ReadAsync(buffer, token) is var read and > 0)
                        await copy.WriteAsync(buffer.AsMemory(0, read), token);
                }

                await transaction.CommitAsync(token);
                return true;
            },
            cancellationToken);
    }

    private static string Value(FeedTableColumn column) =>
        column.PostgresType == "text" ? $"CAST({SqlText.Name(column.Name)} AS VARCHAR)" : SqlText.Name(column.Name);

    private async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            CommandTimeout = (int)Math.Min(timeout.TotalSeconds, int.MaxValue), Pooling = false, Timezone = "UTC",
        };
        try
        {
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return await work(connection, cancellationToken);
        }
        catch (Exception exception) when (PostgresErrors.IsOfFeed(exception))
        {
            throw PostgresErrors.Translate(Feed, exception, cancellationToken);
        }
    }
}
