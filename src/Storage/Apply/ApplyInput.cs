using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Releases;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Ingestion;

namespace Progeny.Storage.Apply;

/// <summary>Finds the rows that a job applies to, and fixes them, so that all attempts read the same.</summary>
public sealed class ApplyInput(
    IDatasetCatalog catalog,
    IFeedCatalog feeds,
    DuckDbEngine engine,
    ArtifactFiles files,
    ApplyOptions options,
    IOptions<DatasetsOptions> datasets,
    IEnumerable<IDatasetTail> tails)
{
    /// <summary>The prefix of an input, or an output, that is a dataset.</summary>
    public const string DatasetPrefix = "dataset:";

    /// <summary>The prefix of an input that is a query of a feed.</summary>
    public const string FeedPrefix = "feed:";

    /// <summary>The prefix of an input, or an output, that is a file.</summary>
    public const string FilePrefix = "file:";

    /// <summary>Makes the plan of a job.</summary>
    /// <param name="schema">What the project reads.</param>
    /// <exception cref="ApplyException">There are no such rows.</exception>
    public async Task<ApplyPlan> FixAsync(ApplyWork work, QuerySchema schema, CancellationToken cancellationToken)
    {
        var input = work.Request.Input;
        if (input.StartsWith(DatasetPrefix, StringComparison.Ordinal))
            return await OfDatasetAsync(input[DatasetPrefix.Length..], work.Request.Log, cancellationToken);
        if (input.StartsWith(FeedPrefix, StringComparison.Ordinal))
            return await OfFeedAsync(work, input[FeedPrefix.Length..], schema, cancellationToken);
        return await OfFileAsync(work, input[FilePrefix.Length..], schema, cancellationToken);
    }

    /// <summary>SQL for the rows of a plan whose files are in a folder.</summary>
    public static async Task<string> BringAsync(ArtifactFiles files, ApplyPlan plan, string folder, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        for (var part = 0; part < plan.Parts.Count; part++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"input-{part}.parquet");
            paths.Add(await files.BringAsync(plan.Parts[part].Digest, folder, name, cancellationToken));
        }

        return SqlOf(paths);
    }

    private static string SqlOf(IReadOnlyList<string> paths) =>
        $"read_parquet({SqlText.List(paths)}{(paths.Count > 1 ? ", union_by_name = true" : "")})";

    private async Task<ApplyPlan> OfDatasetAsync(string reference, bool isLogged, CancellationToken cancellationToken)
    {
        var at = reference.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? reference : reference[..at];
        int? number = at < 0 ? null : int.Parse(reference.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        if (number is null)
        {
            foreach (var tail in tails)
                await tail.FlushAsync(name, cancellationToken);
        }

        if (await catalog.FindAsync(name, cancellationToken) is null)
            throw new ApplyException($"There is no dataset '{name}'.");
        var version = await catalog.FindVersionAsync(name, number, cancellationToken)
            ?? throw new ApplyException(
                number is null ? $"Dataset '{name}' has no version that can be read." : $"Dataset '{name}' has no version {number}.");
        var full = $"{name}@{version.Version.ToString(CultureInfo.InvariantCulture)}";
        if (version.State != DatasetState.Ready)
            throw new ApplyException($"Dataset {full} is {version.State.ToString().ToLowerInvariant()} and cannot be read.");
        if (!version.IsTable)
            throw new ApplyException($"Dataset {full} is no table{(version.Note is { } note ? $": {note}" : ".")}");
        return new ApplyPlan
        {
            Parts = await catalog.ListPartsAsync(name, version.Version, cancellationToken),
            Columns = version.Columns,
            Input = $"{DatasetPrefix}{full}",
            ChunkRows = ChunkRows(isLogged),
        };
    }

    private async Task<ApplyPlan> OfFeedAsync(ApplyWork work, string name, QuerySchema schema, CancellationToken cancellationToken)
    {
        try
        {
            var feed = feeds.Get(name, work.Project);
            await using var reader = await feed.ReadAsync(
                work.Request.Query!, new Dictionary<string, object?>(), cancellationToken);
            await using var session = engine.Open(new DuckDbAccess([], [work.Folder]));
            var spool = new FeedSpool(session, files, work.Folder, TextsOf(schema));
            var parts = await spool.WriteAsync(reader, cancellationToken);
            return new ApplyPlan
            {
                Parts = parts,
                Columns = await session.DescribeAsync(SqlOf(spool.Paths), cancellationToken),
                Input = $"{FeedPrefix}{name}",
                ChunkRows = ChunkRows(work.Request.Log),
            };
        }
        catch (FeedException exception)
        {
            throw new ApplyException(exception.Message, exception);
        }
    }

    private async Task<ApplyPlan> OfFileAsync(ApplyWork work, string digest, QuerySchema schema, CancellationToken cancellationToken)
    {
        var name = work.Request.FileName!;
        var plan = new ApplyPlan { Parts = [], Columns = [], Input = $"{FilePrefix}{name}", ChunkRows = ChunkRows(work.Request.Log) };
        try
        {
            var path = await files.BringAsync(digest, work.Folder, "sent", cancellationToken);
            if (FileKind.Detect(path, name, null) is { Format: FileKind.Parquet, Compression: null })
            {
                await using var session = engine.Open(new DuckDbAccess([path], []));
                var rows = (long)(await session.ScalarAsync($"SELECT count(*) FROM {SqlOf([path])}", cancellationToken))!;
                return plan with
                {
                    Parts = [new DatasetPart(digest, rows, new FileInfo(path).Length)],
                    Columns = await session.DescribeAsync(SqlOf([path]), cancellationToken),
                };
            }

            var table = await new TableReader(engine, datasets.Value.TemporaryBytes).ReadAsync(
                new TableRequest(path, work.Folder)
                {
                    FileName = name,
                    Typing = TableTyping.Written,
                    Texts = TextsOf(schema),
                    ListsBrokenLines = true,
                    IsTemporary = true,
                },
                cancellationToken);
            if (table.File is not { } parquet)
                throw new ApplyException($"File '{name}' is no table that can be applied to ({table.Format}): {table.Note}");
            if (table.Note is { } note)
                work.Note($"File '{name}': {note}");
            return plan with
            {
                Parts = [new DatasetPart(await files.KeepAsync(parquet, cancellationToken), table.Rows, new FileInfo(parquet).Length)],
                Columns = table.Columns,
                Broken = table.Broken is { } broken ? await files.KeepAsync(broken, cancellationToken) : null,
                BrokenLines = table.BrokenLines,
            };
        }
        catch (DuckDBException exception)
        {
            throw new ApplyException($"File '{name}' cannot be read: {exception.Message}", exception);
        }
        catch (IngestException exception)
        {
            throw new ApplyException($"File '{name}' cannot be read: {exception.Message}", exception);
        }
        catch (ArtifactMissingException exception)
        {
            throw new ApplyException($"File '{name}' was not sent: there is no file with the digest {digest}.", exception);
        }
    }

    private static HashSet<string> TextsOf(QuerySchema schema) =>
        schema.Features.Where(feature => feature.Type is FeatureType.Category or FeatureType.Text)
            .Select(feature => feature.Name).ToHashSet(StringComparer.Ordinal);

    private int ChunkRows(bool isLogged) =>
        isLogged ? Math.Min(options.ChunkRows, ApplyOptions.MaxLoggedChunkRows) : options.ChunkRows;
}
