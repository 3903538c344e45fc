using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>A feed over one CSV file, which is loaded into a SQLite file of its own in the folder for temporary files.</summary>
/// <remarks>
/// Fields that are numbers as JSON writes them become numbers, empty fields NULL, all others text: <c>007</c> and <c>+1</c> stay text. A
/// column that the query takes as text, and that has a number which SQL would write in another way (<c>1.10</c>, <c>2.0</c>, <c>12E4</c>),
/// is text as a whole.
/// </remarks>
public sealed class CsvFeed : IFileFeed
{
    private readonly SqliteFeed feed;
    private readonly DirectoryInfo folder;
    private readonly IReadOnlyList<string> header;

    private CsvFeed(SqliteFeed feed, DirectoryInfo folder, IReadOnlyList<string> header)
    {
        this.feed = feed;
        this.folder = folder;
        this.header = header;
    }

    /// <inheritdoc/>
    public string Name => feed.Name;

    /// <summary>Reads a file (UTF-8, comma, header) once, in constant memory.</summary>
    /// <exception cref="FeedException">The file is missing or no such CSV; the message names the line and the column.</exception>
    public static Task<CsvFeed> OpenAsync(string path, CancellationToken cancellationToken) => OpenAsync(path, "", [], cancellationToken);

    /// <param name="path">The file.</param>
    /// <param name="query">The query that the feed will be asked.</param>
    /// <param name="texts">The columns of the query whose values are texts even where they look like numbers.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <inheritdoc cref="OpenAsync(string, CancellationToken)"/>
    public static async Task<CsvFeed> OpenAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        var temporary = Directory.CreateTempSubdirectory("progeny-csv-");
        try
        {
            var database = Path.Combine(temporary.FullName, "rows.db");
            var columns = await Task.Run(
                () => new CsvLoader(name, path, database, query, texts).Load(cancellationToken), cancellationToken);
            return new CsvFeed(new SqliteFeed(name, $"Data Source={database}"), temporary, columns);
        }
        catch
        {
            temporary.Delete(recursive: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IFeedReader> ReadAsync(
        string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await feed.ReadAsync(sql, parameters, cancellationToken);
        }
        catch (FeedException e)
            when (e.Message.Contains("no such column", StringComparison.Ordinal)
                || e.Message.Contains("no such table", StringComparison.Ordinal))
        {
            throw new FeedException(
                Name,
                $"{e.Reason} The file is the table {Path.GetFileNameWithoutExtension(Name)}; its columns are {string.Join(", ", header)}.",
                e);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken) =>
        feed.LookupAsync(sql, columns, parameters, cancellationToken);

    public ValueTask DisposeAsync()
    {
        feed.Release();
        if (Directory.Exists(folder.FullName))
            folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
