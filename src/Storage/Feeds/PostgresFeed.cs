using System.Data;
using Npgsql;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>A feed over a PostgreSQL database. Every query runs in a read-only transaction that is rolled back.</summary>
/// <remarks>
/// date, time, timestamp come as ISO 8601; types beside numbers, texts, enums, booleans and these need a cast to text in the query.
/// </remarks>
public sealed class PostgresFeed : IFeed, IAsyncDisposable, IDisposable
{
    // Queries of manifests repeat without end; preparing them on their second use halves the server's work.
    private const int PreparedQueries = 50;
    private const int UsesBeforePreparing = 2;

    // Rows of one LookupAsync that travel together: bounds what the driver buffers.
    private const int LookupsPerBatch = 1_000;

    // The most bytes of the texts of rows that travel together.
    private const int LongestAnswer = 32 << 20;

    // A lookup is for a query that waits.
    private static readonly TimeSpan LongestLookup = TimeSpan.FromSeconds(30);

    private const int ReadBuffer = 32 << 10;

    private readonly NpgsqlDataSource source;
    private readonly TimeSpan timeout;

    /// <param name="timeout">How long the database works on one query at most, also when nobody tells it to stop; null: an hour.</param>
    public PostgresFeed(string name, string connectionString, TimeSpan? timeout = null)
    {
        Name = name;
        this.timeout = timeout ?? new FeedOptions().Timeout;
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = PreparedQueries;
            settings.AutoPrepareMinUsages = UsesBeforePreparing;
        }

        // Values are read as they come; those of most rows come together.
        settings.ReadBufferSize = Math.Max(settings.ReadBufferSize, ReadBuffer);
        settings.ApplicationName ??= "progeny";
        // A time without a zone that is compared with one that has a zone means UTC, whatever the server's zone or PGTZ is here.
        settings.Timezone ??= "UTC";
        source = NpgsqlDataSource.Create(settings);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task<IFeedReader> ReadAsync(
        string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken)
    {
        try
        {
            var query = SqlQuery.Parse(sql, SqlDialect.Postgres);
            return await PostgresFeedReader.OpenAsync(
                Name, source, query.ToPositional(), query.Parameters, query.Arrange(parameters), timeout, cancellationToken);
        }
        catch (Exception e) when (PostgresErrors.IsOfFeed(e))
        {
            throw PostgresErrors.Translate(Name, e, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken)
    {
        try
        {
            var query = SqlQuery.Parse(sql, SqlDialect.Postgres);
            var text = query.ToPositional();
            var rows = new object?[]?[parameters.Count];
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            for (var from = 0; from < rows.Length; from += LookupsPerBatch)
            {
                var values = parameters.Skip(from).Take(LookupsPerBatch).Select(query.Arrange).ToList();
                await LookupAsync(
                    connection, text, query.Parameters, columns, values, rows.AsMemory(from, values.Count), cancellationToken);
            }

            return rows;
        }
        catch (Exception e) when (PostgresErrors.IsOfFeed(e))
        {
            throw PostgresErrors.Translate(Name, e, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    public void Dispose() => source.Dispose();

    // One batch is one round trip: BEGIN, SET TRANSACTION and all queries travel together.
    private async Task LookupAsync(
        NpgsqlConnection connection,
        string sql,
        IReadOnlyList<string> parameters,
        IReadOnlyList<string> columns,
        List<object?[]> values,
        Memory<object?[]?> rows,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = PostgresBatch.Create(
            connection, transaction, sql, parameters, values, timeout < LongestLookup ? timeout : LongestLookup);
        await using var reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        int[]? ordinals = null;
        PostgresRow? row = null;
        for (var i = 0; i < rows.Length; i++)
        {
            ordinals ??= Columns.Locate(columns, PostgresValues.Names(reader));
            row ??= new PostgresRow(reader);
            row.Begin();
            if (await reader.ReadAsync(cancellationToken))
                rows.Span[i] = Array.ConvertAll(ordinals, row.Get);
            if (row.TotalBytes > LongestAnswer)
                throw new FormatException(
                    $"The rows have more than {LongestAnswer >> 20} MiB together; ask for fewer at once, or select less.");
            await reader.NextResultAsync(cancellationToken);
        }
    }
}
