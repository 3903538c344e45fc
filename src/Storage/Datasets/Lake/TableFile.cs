using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>A feed over one file that DuckDB reads, its table named after the file up to its first dot.</summary>
/// <remarks>
/// Parquet has types. JSON keeps texts as texts, also where they look like times or numbers, and a column of texts keeps its numbers as the
/// file writes them.
/// </remarks>
internal sealed class TableFile : IFileFeed
{
    private readonly DuckDbFeed feed;

    private TableFile(DuckDbFeed feed) => this.feed = feed;

    /// <inheritdoc/>
    public string Name => feed.Name;

    /// <summary>Opens a file of Parquet or JSON; another is a text with separators, which is written as CSV and read as that.</summary>
    /// <exception cref="FeedException">The file cannot be read; the message says where.</exception>
    public static async Task<IFileFeed> OpenAsync(
        DuckDbEngine engine,
        string path,
        string query,
        IReadOnlyCollection<string> texts,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        var whole = Path.GetFullPath(path);
        var access = new DuckDbAccess([whole], []);
        try
        {
            var extension = TableFileKinds.Of(path);
            if (extension == TableFileKinds.Separated)
                return await OpenCsvAsync(engine, access, whole, query, texts, cancellationToken);
            var table = name[..name.IndexOf('.', StringComparison.Ordinal)];
            var rows = extension == TableFileKinds.Parquet
                ? $"SELECT * FROM read_parquet({SqlText.Literal(whole)})"
                : await JsonAsync(engine, access, whole, texts, cancellationToken);
            return new TableFile(new DuckDbFeed(name, OpenAsync, timeout));

            async Task<(DuckDbSession Session, string Sql)> OpenAsync(string sql, CancellationToken token)
            {
                var session = engine.Open(access);
                try
                {
                    await LakeSql.LimitAsync(session, token);
                    var serialized = (string)(await session.ScalarAsync(LakeSql.Serialize(sql), token))!;
                    if (LakeSql.Read(serialized, sql) is [var other, ..])
                        throw new LakeException($"There is no table {other}; the file is the table {table}.");
                    await session.ExecuteAsync($"CREATE VIEW {SqlText.Name(table)} AS {rows}", token);
                    return (session, sql);
                }
                catch
                {
                    await session.DisposeAsync();
                    throw;
                }
            }
        }
        catch (Exception exception) when (DuckDbErrors.IsOfFeed(exception))
        {
            throw DuckDbErrors.Translate(name, exception, Path.GetDirectoryName(whole));
        }
    }

    /// <inheritdoc/>
    public Task<IFeedReader> ReadAsync(
        string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken) =>
        feed.ReadAsync(sql, parameters, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken) =>
        feed.LookupAsync(sql, columns, parameters, cancellationToken);

    public ValueTask DisposeAsync() => feed.DisposeAsync();

    /// <remarks>DuckDB finds the separator and unpacks; what a field stands for is decided as for every other CSV file.</remarks>
    private static async Task<IFileFeed> OpenCsvAsync(
        DuckDbEngine engine,
        DuckDbAccess access,
        string path,
        string query,
        IReadOnlyCollection<string> texts,
        CancellationToken cancellationToken)
    {
        await using var session = engine.Open(access);
        var name = Path.GetFileName(path);
        var csv = Path.Combine(session.Folder, name[..name.IndexOf('.', StringComparison.Ordinal)] + ".csv");
        await session.ExecuteAsync(
            $"""
            COPY (SELECT * FROM read_csv({SqlText.Literal(path)}, all_varchar = true, header = true, sample_size = -1))
            TO {SqlText.Literal(csv)} (FORMAT csv, HEADER)
            """,
            cancellationToken);
        return await CsvFeed.OpenAsync(csv, query, texts, cancellationToken);
    }

    private static async Task<string> JsonAsync(
        DuckDbEngine engine, DuckDbAccess access, string path, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        const string Options = "sample_size = -1, maximum_depth = 8";
        await using var session = engine.Open(access);
        var names = texts.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var columns = await session.DescribeAsync($"read_json({SqlText.Literal(path)}, {Options})", cancellationToken);
        var types = columns.Select(column =>
        {
            var type = names.Contains(column.Name) || IsGuessed(column.Type) ? "VARCHAR" : column.Type;
            return $"{SqlText.Name(column.Name)}: {SqlText.Literal(type)}";
        });
        return $"SELECT * FROM read_json({SqlText.Literal(path)}, columns = {{{string.Join(", ", types)}}})";
    }

    /// <summary>Whether DuckDB took texts for something else.</summary>
    private static bool IsGuessed(string type) =>
        type is "DATE" or "TIME" or "UUID" || type.StartsWith("TIMESTAMP", StringComparison.Ordinal);
}
