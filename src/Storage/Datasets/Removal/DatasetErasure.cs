using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Removal;

/// <summary>
/// Writes the files of a dataset anew without the rows of an entity, and has them take their place in one transaction. Files that are
/// written by others meanwhile are found by going over the dataset again until there is nothing to remove.
/// </summary>
internal sealed class DatasetErasure(
    DatasetCatalog catalog, IDatasetTail tail, ContractJudge judge, DuckDbEngine engine, ArtifactFiles artifacts, DatasetGates gates)
    : IDatasetErasure
{
    private const int MaxPasses = 10;

    /// <inheritdoc/>
    public async Task<ErasedRows> EraseAsync(
        string dataset, string column, string value, ErasureDecision note, CancellationToken cancellationToken)
    {
        var all = new ErasedRows(dataset, 0, 0, 0, 0);
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            await tail.FlushAsync(dataset, cancellationToken);
            using var turn = await gates.EnterAsync(dataset);
            var found = await EraseOnceAsync(dataset, column, value, note, cancellationToken);
            if (found.IsNothing)
                return all;
            all = all with
            {
                Versions = Math.Max(all.Versions, found.Versions),
                Rows = all.Rows + found.Rows,
                Quarantined = all.Quarantined + found.Quarantined,
                Originals = all.Originals + found.Originals,
            };
        }

        throw new DatasetChangedException(dataset);
    }

    private async Task<ErasedRows> EraseOnceAsync(
        string dataset, string column, string value, ErasureDecision note, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            var (rows, quarantined) = (0L, 0L);
            Dictionary<string, DatasetPart> parts = [];
            foreach (var part in await catalog.ListAllPartsAsync(dataset, cancellationToken))
            {
                if (await RewriteAsync(part.Digest, column, value, folder, cancellationToken) is not var (path, removed, left))
                    continue;
                parts[part.Digest] = new DatasetPart(await artifacts.KeepAsync(path, cancellationToken), left, new FileInfo(path).Length);
                rows += removed;
            }

            Dictionary<string, NewQuarantine?> quarantine = [];
            foreach (var entry in await catalog.ListQuarantineAsync(dataset, all: false, cancellationToken))
            {
                if (await RewriteAsync(entry.Digest, column, value, folder, cancellationToken) is not var (path, removed, left))
                    continue;
                quarantine[entry.Digest] = left == 0 ? null : await KeepAsync(path, left, folder, cancellationToken);
                quarantined += removed;
            }

            if (rows == 0 && quarantined == 0)
                return new ErasedRows(dataset, 0, 0, 0, 0);
            var (versions, originals) = await catalog.ReplaceAsync(
                dataset, new RewrittenFiles(parts, quarantine), note, cancellationToken);
            return new ErasedRows(dataset, versions, rows, quarantined, originals);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>The new file and how many rows were removed and are left; null: the file has no such rows.</returns>
    private async Task<(string Path, long Removed, long Left)?> RewriteAsync(
        string digest, string column, string value, string folder, CancellationToken cancellationToken)
    {
        var path = await artifacts.BringAsync(digest, folder, $"{digest}.parquet", cancellationToken);
        await using var session = engine.Open(new DuckDbAccess([], [folder]));
        var table = $"read_parquet({Literal(path)})";
        var columns = await session.DescribeAsync(table, cancellationToken);
        if (columns.FirstOrDefault(known => string.Equals(known.Name, column, StringComparison.OrdinalIgnoreCase)) is not { } found)
            return null;
        var isEntity = $"CAST({Name(found.Name)} AS VARCHAR) = {Literal(value)}";
        var removed = (long)(await session.ScalarAsync($"SELECT count(*) FROM {table} WHERE {isEntity}", cancellationToken))!;
        if (removed == 0)
            return null;
        var rewritten = Path.Combine(folder, $"{digest}-rewritten.parquet");
        var left = await session.WriteParquetAsync(
            $"SELECT * FROM {table} WHERE ({isEntity}) IS NOT TRUE", rewritten, cancellationToken);
        return (rewritten, removed, left);
    }

    private async Task<NewQuarantine> KeepAsync(string path, long rows, string folder, CancellationToken cancellationToken)
    {
        await using var session = engine.Open(new DuckDbAccess([], [folder]));
        // Number, rules and reasons come before the columns of the rows.
        var columns = await session.DescribeAsync($"read_parquet({Literal(path)})", cancellationToken);
        return await judge.KeepAsync(session, path, rows, columns[1].Name, cancellationToken);
    }
}
