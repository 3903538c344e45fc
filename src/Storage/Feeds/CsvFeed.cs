using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>A feed over one CSV file, which is loaded into a SQLite file of its own in the folder for temporary files.</summary>
/// <remarks>
/// Fields that are numbers as JSON writes them become numbers, empty fields NULL, all others text: <c>007</c> and <c>+1</c> stay text.
/// </remarks>
public sealed class CsvFeed : IFileFeed
{
    private readonly SqliteFeed feed;
    private readonly DirectoryInfo folder;

    private CsvFeed(SqliteFeed feed, DirectoryInfo folder)
    {
        this.feed = feed;
        this.folder = folder;
    }

    /// <inheritdoc/>
    public string Name => feed.Name;

    /// <summary>Reads a file (UTF-8, comma, header) once, in constant memory.</summary>
    /// <exception cref="FeedException">The file is missing or no such CSV; the message names the line and the column.</exception>
    public static async Task<CsvFeed> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        var temporary = Directory.CreateTempSubdirectory("progeny-csv-");
        try
        {
            var database = Path.Combine(temporary.FullName, "rows.db");
            await Task.Run(() => CsvLoader.Load(name, path, database, cancellationToken), cancellationToken);
            return new CsvFeed(new SqliteFeed(name, $"Data Source={database}"), temporary);
        }
        catch
        {
            temporary.Delete(recursive: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IFeedReader> ReadAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken) =>
        feed.ReadAsync(sql, parameters, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters, CancellationToken cancellationToken) =>
        feed.LookupAsync(sql, columns, parameters, cancellationToken);

    public ValueTask DisposeAsync()
    {
        feed.Release();
        if (Directory.Exists(folder.FullName))
            folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
