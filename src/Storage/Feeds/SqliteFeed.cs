using Microsoft.Data.Sqlite;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>A feed over a SQLite file. It is opened read-only, and statements that would do more than read are refused.</summary>
/// <remarks>Values come as SQLite stores them: whole numbers as long, others as double, text as string; SQLite has no booleans.</remarks>
/// <param name="maxSpilled">The most bytes that a query may write to temporary files, for sorting and grouping.</param>
public sealed class SqliteFeed(string name, string connectionString, long maxSpilled = SqliteFeed.MaxSpilled) : IFeed
{
    /// <summary>The bytes that a query may write to temporary files unless another bound is given: 4 GiB.</summary>
    public const long MaxSpilled = 4L << 30;

    // How long a query waits for a writer that locks the file.
    private const int LockSeconds = 5;

    private readonly string connectionString = new SqliteConnectionStringBuilder(connectionString)
    {
        Mode = SqliteOpenMode.ReadOnly,
        Cache = SqliteCacheMode.Private,
        DefaultTimeout = LockSeconds,
    }.ToString();

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public Task<IFeedReader> ReadAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken) =>
        FeedThread.RunAsync<IFeedReader>(
            () => SqliteGuard.Run(Name, () =>
            {
                var query = SqlQuery.Parse(sql, SqlDialect.Sqlite);
                var values = query.Arrange(parameters);
                return SqliteFeedReader.Open(Name, new SqliteSession(connectionString, maxSpilled), sql, query, values, cancellationToken);
            }),
            cancellationToken);

    /// <inheritdoc/>
    /// <remarks>SQLite runs in this process, so there is no round trip to save: the query is compiled once and run for each row.</remarks>
    public Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken) =>
        FeedThread.RunAsync(() => SqliteGuard.Run(Name, () => Lookup(sql, columns, parameters, cancellationToken)), cancellationToken);

    private IReadOnlyList<object?[]?> Lookup(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken)
    {
        var query = SqlQuery.Parse(sql, SqlDialect.Sqlite);
        var rows = new object?[]?[parameters.Count];
        using var session = new SqliteSession(connectionString, maxSpilled);
        using var watch = session.Watch(cancellationToken);
        using var command = session.CreateCommand(sql);
        try
        {
            int[]? ordinals = null;
            for (var i = 0; i < rows.Length; i++)
            {
                SqliteValues.Bind(command, query, query.Arrange(parameters[i]));
                using var reader = command.ExecuteReader();
                ordinals ??= Columns.Locate(columns, SqliteValues.Names(reader));
                if (reader.Read())
                    rows[i] = Array.ConvertAll(ordinals, ordinal => SqliteValues.Get(reader, ordinal));
            }
        }
        catch (SqliteException e)
        {
            throw session.Translate(e);
        }

        return rows;
    }
}
