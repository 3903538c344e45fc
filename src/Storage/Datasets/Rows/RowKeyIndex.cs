using System.Text;
using Dapper;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;
using Progeny.Storage.Datasets.Reading;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>The keys of the rows of tables, read from their Parquet files and entered in the database of the catalog.</summary>
internal sealed class RowKeyIndex(
    DatasetCatalog catalog, IRowKeys keys, ISegmentMaker segments, DuckDbEngine engine, ArtifactFiles artifacts, DatasetGates gates)
    : IRowKeyIndex
{
    private const int RowsAtOnce = 20_000;
    private const int Shown = 3;

    /// <inheritdoc/>
    public async Task CheckAsync(string dataset, IReadOnlyList<string> key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        await segments.FlushAsync(dataset, cancellationToken);
        if (await catalog.FindVersionAsync(dataset, null, cancellationToken) is not { IsTable: true, Rows: > 0 } version)
            return;
        var columns = key.Select(name => version.Columns.FirstOrDefault(
            column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw Refused(dataset, key, $"its {version.Rows} rows have no column '{name}'")).ToList();
        if (columns.Find(column => column.Type.StartsWith("TIME", StringComparison.Ordinal)) is { } time)
        {
            throw Refused(
                dataset, key, $"its column '{time.Name}' is {time.Type}, which can be written in several ways; a key must have one");
        }

        var folder = engine.CreateFolder();
        try
        {
            var files = await DatasetFiles.BringAsync(catalog, artifacts, version, folder, cancellationToken);
            if (files.Count == 0)
                return;
            await using var session = engine.Open(new DuckDbAccess([], [folder]));
            var table = DatasetFiles.Table(files);
            var names = columns.ConvertAll(column => Name(column.Name));
            var missing = (long)(await session.ScalarAsync(
                $"SELECT count(*) FROM {table} WHERE {string.Join(" OR ", names.Select(name => $"{name} IS NULL"))}", cancellationToken))!;
            if (missing > 0)
                throw Refused(dataset, key, $"{missing} of its rows have no value in {string.Join(" or ", key)}");
            var list = string.Join(", ", names);
            var shared = await session.QueryAsync(
                $"SELECT {string.Join(" || ',' || ", names.Select(name => $"CAST({name} AS VARCHAR)"))}, count(*) FROM {table} "
                    + $"GROUP BY {list} HAVING count(*) > 1 ORDER BY {list} LIMIT {Shown}",
                row => $"{row.GetString(0)} ({row.GetInt64(1)} rows)",
                cancellationToken);
            if (shared.Count > 0)
                throw Refused(dataset, key, $"rows share their values: {string.Join("; ", shared)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public async Task IndexAsync(string dataset, CancellationToken cancellationToken)
    {
        await segments.FlushAsync(dataset, cancellationToken);
        using var turn = await gates.EnterAsync(dataset);
        if (await catalog.FindAsync(dataset, cancellationToken) is not { Key.Count: > 0 } info)
            return;
        var keyed = await catalog.ReadAsync((connection, token) => AppendedRows.KeyedAsync(connection, dataset, token), cancellationToken);
        if (await catalog.FindVersionAsync(dataset, null, cancellationToken) is { IsTable: true } version)
        {
            foreach (var part in await ListPartsAsync(version, keyed, cancellationToken))
                await EnterAsync(info, version, part, cancellationToken);
        }

        await catalog.WriteAsync(
            (connection, token) => connection.ExecuteAsync(new CommandDefinition(
                "UPDATE datasets SET keyed = :latest WHERE name = :dataset AND keyed < :latest",
                new { dataset, latest = info.Latest },
                cancellationToken: token)),
            cancellationToken);
    }

    private static RowBatchConflictException Refused(string dataset, IReadOnlyList<string> key, string why) => new(
        $"'{string.Join(",", key)}' cannot be declared the key of dataset '{dataset}': {why}.");

    /// <summary>The parts of a version's table that came behind the last one whose keys are known.</summary>
    private Task<IReadOnlyList<DatasetPart>> ListPartsAsync(DatasetVersion version, int keyed, CancellationToken cancellationToken) =>
        catalog.SnapshotAsync<IReadOnlyList<DatasetPart>>(
            async (connection, token) =>
            {
                var all = await DatasetCatalog.ListPartsAsync(connection, version.Dataset, version.Version, token);
                var known = await connection.QueryAsync<string>(new CommandDefinition(
                    "SELECT digest FROM dataset_parts WHERE dataset = :Dataset AND first <= :keyed",
                    new { version.Dataset, keyed },
                    cancellationToken: token));
                return [.. all.ExceptBy(known, part => part.Digest)];
            },
            cancellationToken);

    private async Task EnterAsync(DatasetInfo info, DatasetVersion version, DatasetPart part, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            var path = await artifacts.BringAsync(part.Digest, folder, PartFiles.NameOf(part), cancellationToken);
            await using var session = engine.Open(new DuckDbAccess([], [folder]));
            var table = $"read_parquet({Literal(path)})";
            var columns = await session.DescribeAsync(table, cancellationToken);
            string[] names = [.. info.Key.Select(name => columns.FirstOrDefault(
                column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))?.Name).OfType<string>()];
            if (names.Length < info.Key.Count)
                return;
            // A row without a value in the key is as no other.
            var keyedRows = $"(SELECT * FROM {table} WHERE {string.Join(" AND ", names.Select(name => $"{Name(name)} IS NOT NULL"))})";
            for (var offset = 0L; ; offset += RowsAtOnce)
            {
                var rows = await RowJson.ReadAsync(session, keyedRows, columns, offset, RowsAtOnce, cancellationToken);
                if (rows.Count == 0)
                    return;
                var body = Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(row => row.GetRawText())));
                var batch = RowBatchReader.Read(body, info.Key);
                await catalog.WriteAsync(
                    (connection, token) => keys.EnterAsync(connection, version.Dataset, batch.Identities, token), cancellationToken);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
