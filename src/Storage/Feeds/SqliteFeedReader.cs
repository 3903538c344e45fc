using Microsoft.Data.Sqlite;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>
/// Rows of SQLite, fetched on a thread beside the caller's in blocks that are bounded in rows and in text, so that neither the caller's
/// thread nor the memory is taken up by a long query.
/// </summary>
internal sealed class SqliteFeedReader : IFeedReader
{
    private const int BlockRows = 256;
    private const int BlockCharacters = 1 << 20;

    private readonly string feed;
    private readonly SqliteSession session;
    private readonly SqliteCommand command;
    private readonly SqliteDataReader reader;
    private readonly object?[][] block;
    private int filled;
    private int current = -1;
    private bool ended;
    private long rows;

    private SqliteFeedReader(string feed, SqliteSession session, SqliteCommand command, SqliteDataReader reader)
    {
        this.feed = feed;
        this.session = session;
        this.command = command;
        this.reader = reader;
        Columns = SqliteValues.Names(reader);
        block = new object?[BlockRows][];
    }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Compiles and starts a query; takes over the session.</summary>
    public static SqliteFeedReader Open(
        string feed, SqliteSession session, string sql, SqlQuery query, object?[] values, CancellationToken cancellationToken)
    {
        var statement = session.CreateCommand(sql);
        try
        {
            using var watch = session.Watch(cancellationToken);
            SqliteValues.Bind(statement, query, values);
            return new SqliteFeedReader(feed, session, statement, statement.ExecuteReader());
        }
        catch (Exception e)
        {
            statement.Dispose();
            session.Dispose();
            if (e is SqliteException sqlite)
                throw session.Translate(sqlite);
            throw;
        }
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (++current < filled)
            return true;
        if (ended)
            return false;
        await FeedThread.RunAsync(() => SqliteGuard.Run(feed, () => Fill(cancellationToken)), cancellationToken);
        current = 0;
        return filled > 0;
    }

    public object? GetValue(int column) => block[current][column];

    public string? InstantOf(int column, string expression) => $"{SqliteSession.InstantFunction}({expression})";

    /// <remarks>Columns have no types, so texts are compared; the first condition is one that an index serves.</remarks>
    public string? HasText(int column, string expression, string parameter) =>
        $"{expression} IN ({parameter}, CAST({parameter} AS NUMERIC)) AND {SqliteSession.TextFunction}({expression}) = {parameter}";

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await command.DisposeAsync();
        session.Dispose();
    }

    private int Fill(CancellationToken cancellationToken)
    {
        using var watch = session.Watch(cancellationToken);
        filled = 0;
        var characters = 0;
        try
        {
            while (filled < BlockRows && characters < BlockCharacters)
            {
                if (!reader.Read())
                {
                    ended = true;
                    break;
                }

                rows++;
                var row = block[filled++] ??= new object?[Columns.Count];
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = SqliteValues.Get(reader, i);
                    characters += (row[i] as string)?.Length ?? 0;
                }
            }

            return filled;
        }
        catch (SqliteException e)
        {
            throw session.Translate(e);
        }
        catch (FormatException e)
        {
            throw new FormatException($"Row {rows}: {e.Message}", e);
        }
    }
}
