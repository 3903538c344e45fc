using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Feeds;
using Progeny.Storage.Datasets.Ingestion;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>Opens files of projects as tables of DuckDB, each named after its file up to the first dot.</summary>
public sealed class TableFiles(DuckDbEngine engine, IOptions<DatasetsOptions> options) : IFileFeeds
{
    /// <inheritdoc/>
    public async Task<IFileFeed> OpenAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        var whole = Path.GetFullPath(path);
        var folder = engine.CreateFolder();
        try
        {
            var kind = FileKind.Detect(whole, name, null);
            var parquet = kind is { Format: FileKind.Parquet, Compression: null }
                ? whole
                : await ReadAsync(whole, name, kind, folder, await OriginsAsync(query, texts, cancellationToken), cancellationToken);
            IReadOnlyList<DatasetColumn> columns;
            await using (var session = engine.Open(new DuckDbAccess([parquet], [])))
                columns = await session.DescribeAsync($"read_parquet({SqlText.Literal(parquet)})", cancellationToken);
            return new TableFile(engine, name, parquet, columns, folder, options.Value.QueryTime);
        }
        catch (Exception exception)
        {
            Directory.Delete(folder, recursive: true);
            if (DuckDbErrors.IsOfFeed(exception))
                throw DuckDbErrors.Translate(name, exception, Path.GetDirectoryName(whole));
            if (exception is IngestException)
                throw new FeedException(name, exception.Message, exception);
            if (exception is IOException or UnauthorizedAccessException)
                throw new FeedException(name, $"The file cannot be read: {exception.Message}", exception);
            throw;
        }
    }

    /// <returns>A Parquet file with the rows.</returns>
    private async Task<string> ReadAsync(
        string path, string name, FileKind kind, string folder, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        var table = await new TableReader(engine, options.Value.TemporaryBytes).ReadAsync(
            new TableRequest(path, folder)
            {
                FileName = name,
                // What no ending tells apart is a text with separators. Bytes that are no UTF-8 would be other letters than were meant.
                Read = new ReadOptions
                {
                    Format = kind.Format is null or FileKind.File ? FileKind.Csv : kind.Format, Header = true, Encoding = "utf-8",
                },
                Typing = TableTyping.Numbers,
                Texts = texts,
                NeedsNames = true,
                IsTemporary = true,
            },
            cancellationToken);
        return table.File ?? throw new FeedException(name, table.Note!);
    }

    /// <summary>The columns of the file that a query yields under given names, or under others that it renames to these.</summary>
    private async Task<IReadOnlyCollection<string>> OriginsAsync(
        string query, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0 || string.IsNullOrWhiteSpace(query))
            return names;
        await using var session = engine.Open(DuckDbAccess.None);
        return ColumnOrigins.Of((string)(await session.ScalarAsync(LakeSql.Serialize(query), cancellationToken))!, names);
    }
}
