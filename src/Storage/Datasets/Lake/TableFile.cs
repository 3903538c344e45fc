using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>A feed over one Parquet file, which may be the reading of another file, as the table <paramref name="name"/> up to its first
/// dot.</summary>
/// <param name="name">The name of the project's file.</param>
/// <param name="parquet">The Parquet file.</param>
/// <param name="folder">A folder that is deleted with the feed.</param>
internal sealed class TableFile(
    DuckDbEngine engine, string name, string parquet, IReadOnlyList<DatasetColumn> columns, string folder, TimeSpan timeout) : IFileFeed
{
    private readonly string table = name.Split('.')[0];
    private readonly DuckDbFeed feed = new(
        name, (sql, token) => OpenAsync(engine, name.Split('.')[0], parquet, sql, token), timeout);

    /// <inheritdoc/>
    public string Name => feed.Name;

    /// <inheritdoc/>
    public async Task<IFeedReader> ReadAsync(
        string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await feed.ReadAsync(sql, parameters, cancellationToken);
        }
        catch (FeedException exception)
            when (exception.Message.Contains("not found", StringComparison.Ordinal)
                || exception.Message.Contains("does not exist", StringComparison.Ordinal))
        {
            throw new FeedException(
                Name,
                $"{exception.Reason} The file is the table {table}; its columns are "
                    + $"{string.Join(", ", columns.Select(column => column.Name))}.",
                exception);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken) =>
        feed.LookupAsync(sql, columns, parameters, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await feed.DisposeAsync();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <remarks>One thread, so that rows which an order leaves beside each other have the same order each time.</remarks>
    private static async Task<(DuckDbSession Session, string Sql)> OpenAsync(
        DuckDbEngine engine, string table, string parquet, string sql, CancellationToken cancellationToken)
    {
        var session = engine.Open(new DuckDbAccess([parquet], []), threads: 1);
        try
        {
            await LakeSql.LimitAsync(session, cancellationToken);
            var serialized = (string)(await session.ScalarAsync(LakeSql.Serialize(sql), cancellationToken))!;
            if (LakeSql.Read(serialized, sql) is [var other, ..])
                throw new LakeException($"There is no table {other}; the file is the table {table}.");
            await session.ExecuteAsync(
                $"CREATE VIEW {SqlText.Name(table)} AS SELECT * FROM read_parquet({SqlText.Literal(parquet)})", cancellationToken);
            return (session, sql);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }
}
