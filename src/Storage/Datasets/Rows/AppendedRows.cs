using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>Appended rows in the database of the catalog, on every kind of database.</summary>
internal sealed class AppendedRows(DatasetCatalog catalog, IRowKeys keys, TimeProvider time) : IAppendedRows
{
    private const int LinesShown = 10;
    private const int DeletedAtOnce = 500;
    private const int MaxBatches = 10_000;
    private static readonly JsonSerializerOptions _json = JsonSerializerOptions.Web;

    /// <inheritdoc/>
    public Task<AppendReceipt?> AppendAsync(string dataset, RowBatch batch, string? id, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var digest = id is null ? "" : Convert.ToHexStringLower(SHA256.HashData(batch.Body.Span));
        return catalog.WriteAsync<AppendReceipt?>(
            async (connection, token) =>
            {
                var info = await RequireKeyAsync(connection, dataset, batch, token);
                if (batch.Key.Count > 0 && !await IsKeyedAsync(connection, info, token))
                    return null;
                if (id is not null && !await ReserveAsync(connection, dataset, id, digest, token))
                    return await FindReceiptAsync(connection, dataset, id, digest, token);
                var verdicts = batch.Key.Count > 0 ? await keys.EnterAsync(connection, dataset, batch.Identities, token) : null;
                var receipt = ReceiptOf(batch, id, verdicts);
                if (receipt.Stored > 0)
                    await InsertAsync(connection, dataset, receipt.Stored == receipt.Rows ? batch : NewRowsOf(batch, verdicts!), by, token);
                if (id is not null)
                    await RememberAsync(connection, dataset, id, receipt, token);
                return receipt;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<AppendReceipt?> FindAsync(string dataset, string id, CancellationToken cancellationToken) => catalog.ReadAsync(
        async (connection, token) =>
            await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
                "SELECT receipt FROM dataset_batch_ids WHERE dataset = :dataset AND id = :id",
                new { dataset, id },
                cancellationToken: token)) is { } receipt ? JsonSerializer.Deserialize<AppendReceipt>(receipt, _json) : null,
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingDataset>> ListWaitingAsync(CancellationToken cancellationToken) =>
        catalog.ReadAsync<IReadOnlyList<WaitingDataset>>(
            async (connection, token) =>
            [
                .. (await connection.QueryAsync<(string Dataset, long Rows, long Bytes, long Since)>(new CommandDefinition(
                    """
                    SELECT dataset, CAST(sum(rows) AS BIGINT), CAST(sum(bytes) AS BIGINT), min(at) FROM dataset_batches
                    GROUP BY dataset ORDER BY dataset
                    """,
                    cancellationToken: token))).Select(row => new WaitingDataset(
                        row.Dataset, row.Rows, row.Bytes, DateTimeOffset.FromUnixTimeMilliseconds(row.Since))),
            ],
            cancellationToken);

    /// <inheritdoc/>
    public Task<WaitingRows> ReadAsync(string dataset, long maxBytes, CancellationToken cancellationToken) => catalog.SnapshotAsync(
        async (connection, token) =>
        {
            var latest = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
                "SELECT latest FROM datasets WHERE name = :dataset", new { dataset }, cancellationToken: token)) ?? 0;
            var listed = (await connection.QueryAsync<(long Number, long Bytes)>(new CommandDefinition(
                "SELECT number, bytes FROM dataset_batches WHERE dataset = :dataset ORDER BY number LIMIT :limit",
                new { dataset, limit = MaxBatches },
                cancellationToken: token))).ToArray();
            var (last, bytes) = (-1L, 0L);
            foreach (var batch in listed.TakeWhile(batch => (last < 0 && maxBytes > 0) || bytes + batch.Bytes <= maxBytes))
                (last, bytes) = (batch.Number, bytes + batch.Bytes);
            var version = await DatasetCatalog.FindVersionAsync(connection, dataset, null, token);
            return new WaitingRows(
                latest,
                version,
                version is null ? [] : await DatasetCatalog.ListPartsAsync(connection, dataset, version.Version, token),
                last < 0 ? [] : await ReadBatchesAsync(connection, dataset, last, token),
                listed.Length > 0 && (listed[^1].Number > last || listed.Length == MaxBatches));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<long> LastAsync(string dataset, CancellationToken cancellationToken) => catalog.ReadAsync(
        (connection, token) => connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT coalesce(max(number), 0) FROM dataset_batches WHERE dataset = :dataset", new { dataset }, cancellationToken: token)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<DatasetVersion?> AddAsync(
        NewVersion version, int latest, IReadOnlyList<long> batches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        return catalog.WriteAsync(
            async (connection, token) =>
            {
                var dataset = version.Version.Dataset;
                await catalog.LockAsync(connection, dataset, token);
                var found = await connection.QuerySingleOrDefaultAsync<int?>(new CommandDefinition(
                    "SELECT latest FROM datasets WHERE name = :dataset", new { dataset }, cancellationToken: token));
                var waiting = (await connection.QueryAsync<long>(new CommandDefinition(
                    "SELECT number FROM dataset_batches WHERE dataset = :dataset", new { dataset }, cancellationToken: token))).ToHashSet();
                if (found != latest || !batches.All(waiting.Contains))
                    return null;
                foreach (var numbers in batches.Chunk(DeletedAtOnce))
                {
                    await connection.ExecuteAsync(new CommandDefinition(
                        $"DELETE FROM dataset_batches WHERE number IN ({string.Join(',', numbers)})", cancellationToken: token));
                }

                return (await catalog.AddAsync(connection, version, token)).Version;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task ForgetBatchesAsync(DateTimeOffset before, CancellationToken cancellationToken) => catalog.WriteAsync(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM dataset_batch_ids WHERE at < :before",
            new { before = before.ToUnixTimeMilliseconds() },
            cancellationToken: token)),
        cancellationToken);

    /// <summary>The version up to which the keys of all rows are known.</summary>
    internal static Task<int> KeyedAsync(DbConnection connection, string dataset, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "SELECT keyed FROM datasets WHERE name = :dataset", new { dataset }, cancellationToken: cancellationToken));

    /// <summary>Whether the keys of all rows are known: since the last time only appended rows have become versions.</summary>
    private static async Task<bool> IsKeyedAsync(DbConnection connection, DatasetInfo info, CancellationToken cancellationToken)
    {
        var keyed = await KeyedAsync(connection, info.Name, cancellationToken);
        if (keyed == info.Latest)
            return true;
        var since = await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT document FROM dataset_versions WHERE dataset = :Name AND version > :keyed AND state = 'Ready'",
            new { info.Name, keyed },
            cancellationToken: cancellationToken));
        if (keyed == 0 || since.Select(document => JsonSerializer.Deserialize<DatasetVersion>(document, _json)!)
            .Any(version => version.Origin is not (DatasetVersion.Append or DatasetVersion.Compaction)))
            return false;
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE datasets SET keyed = :Latest WHERE name = :Name AND keyed < :Latest",
            new { info.Name, info.Latest },
            cancellationToken: cancellationToken));
        return true;
    }

    private static async Task<DatasetInfo> RequireKeyAsync(
        DbConnection connection, string dataset, RowBatch batch, CancellationToken cancellationToken)
    {
        var info = await DatasetCatalog.FindAsync(connection, dataset, cancellationToken)
            ?? throw new KeyNotFoundException($"There is no dataset '{dataset}'.");
        if (!info.Key.SequenceEqual(batch.Key, StringComparer.OrdinalIgnoreCase))
        {
            throw new RowBatchConflictException(
                $"The key of dataset '{dataset}' was changed while rows were sent; send them again.");
        }

        return info;
    }

    private static async Task<AppendReceipt> FindReceiptAsync(
        DbConnection connection, string dataset, string id, string digest, CancellationToken cancellationToken)
    {
        var known = await connection.QuerySingleAsync<(string Digest, string Receipt)>(new CommandDefinition(
            "SELECT digest, receipt FROM dataset_batch_ids WHERE dataset = :dataset AND id = :id",
            new { dataset, id },
            cancellationToken: cancellationToken));
        if (known.Digest != digest)
        {
            throw new RowBatchConflictException(
                $"The batch '{id}' of dataset '{dataset}' is known with other contents, which stay; send other rows under another id.");
        }

        return JsonSerializer.Deserialize<AppendReceipt>(known.Receipt, _json)! with { IsKnown = true };
    }

    private static Task RememberAsync(
        DbConnection connection, string dataset, string id, AppendReceipt receipt, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "UPDATE dataset_batch_ids SET receipt = :receipt WHERE dataset = :dataset AND id = :id",
            new { dataset, id, receipt = JsonSerializer.Serialize(receipt, _json) },
            cancellationToken: cancellationToken));

    private static AppendReceipt ReceiptOf(RowBatch batch, string? id, RowVerdict[]? verdicts)
    {
        var rows = batch.Lines.Count;
        var conflicting = verdicts?.Count(verdict => verdict == RowVerdict.Conflicting) ?? 0;
        var repeated = verdicts?.Count(verdict => verdict == RowVerdict.Repeated) ?? 0;
        return new AppendReceipt
        {
            Rows = rows,
            Stored = rows - repeated - conflicting,
            Repeated = repeated,
            Conflicting = conflicting,
            ConflictingLines = conflicting == 0 ? []
                :
                [
                    .. Enumerable.Range(0, rows).Where(i => verdicts![i] == RowVerdict.Conflicting).Take(LinesShown).Select(batch.LineOf),
                ],
            Batch = id,
        };
    }

    /// <summary>The batch without the rows that are not new; their values say nothing of the columns.</summary>
    private static RowBatch NewRowsOf(RowBatch batch, RowVerdict[] verdicts)
    {
        using var body = new MemoryStream();
        for (var i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i] != RowVerdict.New)
                continue;
            body.Write(batch.Body.Span[batch.Lines[i]]);
            body.WriteByte((byte)'\n');
        }

        return RowBatchReader.Read(body.ToArray(), []);
    }

    private static async Task<IReadOnlyList<WaitingBatch>> ReadBatchesAsync(
        DbConnection connection, string dataset, long last, CancellationToken cancellationToken) =>
    [
        .. (await connection.QueryAsync<(long Number, int Rows, string Document, byte[] Body)>(new CommandDefinition(
            "SELECT number, rows, document, body FROM dataset_batches WHERE dataset = :dataset AND number <= :last ORDER BY number",
            new { dataset, last },
            cancellationToken: cancellationToken))).Select(row =>
            {
                var document = JsonSerializer.Deserialize<BatchDocument>(row.Document, _json)!;
                return new WaitingBatch(row.Number, row.Rows, document.By, document.Columns, row.Body);
            }),
    ];

    private Task InsertAsync(DbConnection connection, string dataset, RowBatch batch, string by, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO dataset_batches (dataset, rows, bytes, at, document, body)
            VALUES (:dataset, :rows, :bytes, :at, :document, :body)
            """,
            new
            {
                dataset,
                rows = batch.Lines.Count,
                bytes = (long)batch.Body.Length,
                at = time.GetUtcNow().ToUnixTimeMilliseconds(),
                document = JsonSerializer.Serialize(new BatchDocument(by, batch.Columns), _json),
                body = batch.Body.ToArray(),
            },
            cancellationToken: cancellationToken));

    /// <summary>Enters the id of a batch; one of another transaction is waited for.</summary>
    /// <returns>False: it is known.</returns>
    private async Task<bool> ReserveAsync(
        DbConnection connection, string dataset, string id, string digest, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO dataset_batch_ids (dataset, id, digest, at, receipt) VALUES (:dataset, :id, :digest, :at, '')
            ON CONFLICT (dataset, id) DO NOTHING
            """,
            new { dataset, id, digest, at = time.GetUtcNow().ToUnixTimeMilliseconds() },
            cancellationToken: cancellationToken)) > 0;

    /// <summary>What of a batch is not searched by.</summary>
    private sealed record BatchDocument(string By, IReadOnlyList<RowColumn> Columns);
}
