using DuckDB.NET.Data;
using Progeny.Core.Feeds;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>A feed whose queries run in DuckDB, each in a session of its own.</summary>
/// <param name="name">The feed's name.</param>
/// <param name="open">Opens a session for a query; its result is the session and the query as DuckDB reads it.</param>
/// <param name="timeout">How long a query may run.</param>
/// <remarks>
/// Lookups use a session again for a second, since opening one takes longer than most of them: what is new is seen a second later.
/// </remarks>
internal sealed class DuckDbFeed(
    string name, Func<string, CancellationToken, Task<(DuckDbSession Session, string Sql)>> open, TimeSpan timeout)
    : IFeed, IAsyncDisposable
{
    private static readonly TimeSpan _longestLookup = TimeSpan.FromSeconds(30);

    private readonly SessionPool sessions = new(open);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<IFeedReader> ReadAsync(
        string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken)
    {
        var time = new QueryTime(timeout);
        DuckDbSession? session = null;
        try
        {
            // Before the session, which costs more.
            _ = SqlQuery.Parse(LakeSql.RewriteVersions(sql), SqlDialect.DuckDb).Arrange(parameters);
            (session, var text) = await open(sql, time.Token(cancellationToken));
            var query = SqlQuery.Parse(text, SqlDialect.DuckDb);
            return await DuckDbFeedReader.OpenAsync(name, session, time, query, query.Arrange(parameters), cancellationToken);
        }
        catch (Exception exception)
        {
            var isRefused = IsRefused(exception, time, cancellationToken);
            if (session is not null)
                await session.DisposeAsync();
            time.Dispose();
            if (!isRefused)
                throw;
            throw Refusal(exception, session?.Folder, time);
        }
    }

    /// <inheritdoc/>
    /// <remarks>DuckDB runs in this process, so there is no round trip to save: the query runs for each set of parameters.</remarks>
    public async Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken)
    {
        using var time = new QueryTime(timeout < _longestLookup ? timeout : _longestLookup);
        var token = time.Token(cancellationToken);
        string? folder = null;
        try
        {
            if (parameters.Count > 0)
                _ = SqlQuery.Parse(LakeSql.RewriteVersions(sql), SqlDialect.DuckDb).Arrange(parameters[0]);
            await using var lease = await sessions.RentAsync(sql, token);
            folder = lease.Session.Folder;
            var query = SqlQuery.Parse(lease.Sql, SqlDialect.DuckDb);
            var text = query.ToPositional();
            return await FeedThread.RunAsync(() => Lookup(lease.Session, text, query, columns, parameters, token), token);
        }
        catch (Exception exception) when (IsRefused(exception, time, cancellationToken))
        {
            throw Refusal(exception, folder, time);
        }
    }

    public ValueTask DisposeAsync() => sessions.DisposeAsync();

    private static IReadOnlyList<object?[]?> Lookup(
        DuckDbSession session,
        string text,
        SqlQuery query,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken)
    {
        var rows = new object?[]?[parameters.Count];
        var sql = text;
        int[]? ordinals = null;
        for (var i = 0; i < rows.Length; i++)
        {
            var values = query.Arrange(parameters[i]);
            if (i == 0)
            {
                using var first = session.CreateCommand(text, values);
                first.UseStreamingMode = true;
                text = DuckDbSession.Guard(first, cancellationToken, probe => Flat(probe, sql));
            }

            using var command = session.CreateCommand(text, values);
            command.UseStreamingMode = true;
            rows[i] = DuckDbSession.Guard(command, cancellationToken, First);
        }

        return rows;

        static string Flat(DuckDBCommand probed, string whole)
        {
            using var reader = probed.ExecuteReader();
            return DuckDbValues.WithoutNested(reader, whole) ?? whole;
        }

        object?[]? First(DuckDBCommand command)
        {
            using var reader = command.ExecuteReader();
            ordinals ??= Columns.Locate(columns, DuckDbValues.Names(reader));
            return reader.Read() ? Array.ConvertAll(ordinals, ordinal => DuckDbValues.Get(reader, ordinal)) : null;
        }
    }

    private static bool IsRefused(Exception exception, QueryTime time, CancellationToken cancellationToken) =>
        exception is OperationCanceledException
            ? time.IsOver && !cancellationToken.IsCancellationRequested
            : DuckDbErrors.IsOfFeed(exception);

    private FeedException Refusal(Exception exception, string? folder, QueryTime time) => exception is OperationCanceledException
        ? new FeedException(name, time.Message, exception)
        : DuckDbErrors.Translate(name, exception, folder);
}
