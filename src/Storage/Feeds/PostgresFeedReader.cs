using System.Data;
using Npgsql;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>Rows of PostgreSQL as the server sends them.</summary>
internal sealed class PostgresFeedReader : IFeedReader
{
    private readonly string feed;
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly NpgsqlBatch batch;
    private readonly NpgsqlDataReader reader;
    private readonly PostgresRow row;
    private bool ended;
    private long rows;

    private PostgresFeedReader(
        string feed, NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlBatch batch, NpgsqlDataReader reader)
    {
        this.feed = feed;
        this.connection = connection;
        this.transaction = transaction;
        this.batch = batch;
        this.reader = reader;
        row = new PostgresRow(reader);
        Columns = PostgresValues.Names(reader);
    }

    public IReadOnlyList<string> Columns { get; }

    public static async Task<PostgresFeedReader> OpenAsync(
        string feed,
        NpgsqlDataSource source,
        string sql,
        IReadOnlyList<string> parameters,
        object?[] values,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var opened = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            var begun = await opened.BeginTransactionAsync(cancellationToken);
            var query = PostgresBatch.Create(opened, begun, sql, parameters, [values], timeout);
            return new PostgresFeedReader(
                feed, opened, begun, query, await query.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken));
        }
        catch
        {
            // Closing the connection ends its transaction too.
            await opened.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            ended = !await reader.ReadAsync(cancellationToken);
            rows++;
            row.Begin();
            return !ended;
        }
        catch (Exception e) when (PostgresErrors.IsOfFeed(e))
        {
            throw PostgresErrors.Translate(feed, e, cancellationToken);
        }
    }

    public object? GetValue(int column)
    {
        try
        {
            return row.Get(column);
        }
        catch (FormatException e)
        {
            throw new FeedException(feed, $"Row {rows}: {e.Message}", e);
        }
        catch (Exception e) when (PostgresErrors.IsOfFeed(e))
        {
            throw PostgresErrors.Translate(feed, e, CancellationToken.None);
        }
    }

    public string? InstantOf(int column, string expression) => PostgresValues.InstantOf(reader, column, expression);

    public string? TimeOf(int column, string expression) => PostgresValues.TimeOf(reader, column, expression);

    public string? HasText(int column, string expression, string parameter) =>
        PostgresValues.HasText(reader, column, expression, parameter);

    public async ValueTask DisposeAsync()
    {
        try
        {
            // The rest of a long result is not worth fetching.
            if (!ended)
                batch.Cancel();
            await reader.DisposeAsync();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            // That was us.
        }
        finally
        {
            await batch.DisposeAsync();
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
