using DuckDB.NET.Data;
using Progeny.Core.Feeds;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>
/// Rows of DuckDB, fetched on a thread beside the caller's in blocks that are bounded in rows and in text. The time of the query ends all.
/// </summary>
internal sealed class DuckDbFeedReader : IFeedReader
{
    private const int BlockRows = 256;
    private const int BlockCharacters = 1 << 20;

    private readonly string feed;
    private readonly DuckDbSession session;
    private readonly QueryTime time;
    private readonly DuckDBCommand command;
    private readonly DuckDBDataReader reader;
    private readonly object?[][] block = new object?[BlockRows][];
    private int filled;
    private int current = -1;
    private bool ended;
    private long rows;

    private DuckDbFeedReader(string feed, DuckDbSession session, QueryTime time, DuckDBCommand command, DuckDBDataReader reader)
    {
        this.feed = feed;
        this.session = session;
        this.time = time;
        this.command = command;
        this.reader = reader;
        Columns = DuckDbValues.Names(reader);
    }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Starts a query; takes over the session and the time.</summary>
    public static async Task<DuckDbFeedReader> OpenAsync(
        string feed, DuckDbSession session, QueryTime time, SqlQuery query, object?[] values, CancellationToken cancellationToken)
    {
        var text = query.ToPositional();
        var (statement, opened) = await StartAsync(text);
        if (DuckDbValues.WithoutNested(opened, text) is { } flat)
        {
            await opened.DisposeAsync();
            await statement.DisposeAsync();
            (statement, opened) = await StartAsync(flat);
        }

        return new DuckDbFeedReader(feed, session, time, statement, opened);

        async Task<(DuckDBCommand Statement, DuckDBDataReader Opened)> StartAsync(string sql)
        {
            var started = session.CreateCommand(sql, values);
            try
            {
                started.UseStreamingMode = true;
                var token = time.Token(cancellationToken);
                return (started, await FeedThread.RunAsync(
                    () => DuckDbSession.Guard(started, token, command => command.ExecuteReader()), cancellationToken));
            }
            catch
            {
                await started.DisposeAsync();
                throw;
            }
        }
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (++current < filled)
            return true;
        if (ended)
            return false;
        try
        {
            await FeedThread.RunAsync(
                () => DuckDbSession.Guard(command, time.Token(cancellationToken), _ => Fill()), cancellationToken);
        }
        catch (OperationCanceledException) when (time.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw new FeedException(feed, time.Message);
        }
        catch (Exception exception) when (DuckDbErrors.IsOfFeed(exception))
        {
            throw DuckDbErrors.Translate(feed, exception, session.Folder);
        }

        current = 0;
        return filled > 0;
    }

    public object? GetValue(int column) => block[current][column];

    public string? InstantOf(int column, string expression) => DuckDbValues.InstantOf(reader, column, expression);

    public string? TimeOf(int column, string expression) => DuckDbValues.TimeOf(reader, column, expression);

    public string? HasText(int column, string expression, string parameter) =>
        DuckDbValues.HasText(reader, column, expression, parameter);

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await command.DisposeAsync();
        await session.DisposeAsync();
        time.Dispose();
    }

    private int Fill()
    {
        filled = 0;
        var characters = 0;
        while (filled < BlockRows && characters < BlockCharacters)
        {
            if (!reader.Read())
            {
                ended = true;
                break;
            }

            rows++;
            var row = block[filled++] ??= new object?[Columns.Count];
            var before = characters;
            try
            {
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = DuckDbValues.Get(reader, i);
                    characters += (row[i] as string)?.Length ?? 0;
                    if (characters - before > DuckDbValues.LongestRow)
                    {
                        throw new FormatException(
                            $"The column '{Columns[i]}' is too long: the texts of a row may have {DuckDbValues.LongestRow} characters. "
                            + $"Select less of it, e.g. left({Columns[i]}, 1000).");
                    }
                }
            }
            catch (FormatException exception)
            {
                throw new FormatException($"Row {rows}: {exception.Message}", exception);
            }
        }

        return filled;
    }
}
