using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>
/// Makes Parquet files of appended rows. A version and the removal of its rows from those that wait are one transaction, which does
/// nothing where
/// somebody else was faster; so it can be killed, or run twice, at any point.
/// </summary>
internal sealed class SegmentMaker(
    IAppendedRows rows,
    DuckDbEngine engine,
    ArtifactFiles artifacts,
    IDatasetJudge judge,
    DatasetGates gates,
    IOptions<AppendOptions> options,
    TimeProvider time) : ISegmentMaker
{
    private const int MaxAttempts = 20;
    private const string Service = "progeny";

    /// <inheritdoc/>
    public async Task FlushAsync(string dataset, CancellationToken cancellationToken)
    {
        using var held = await gates.EnterAsync(dataset);
        var last = long.MaxValue;
        var attempts = 0;
        while (true)
        {
            var waiting = await rows.ReadAsync(dataset, options.Value.SegmentBytes, cancellationToken);
            if (waiting.Batches.Count == 0 || waiting.Batches[0].Number > last)
                return;
            if (last == long.MaxValue)
                last = await rows.LastAsync(dataset, cancellationToken);
            if (await TryAsync(dataset, waiting, cancellationToken))
                attempts = 0;
            else if (++attempts == MaxAttempts)
                throw new InvalidOperationException($"Dataset '{dataset}' is changed all the time; its appended rows wait on.");
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CompactAsync(string dataset, CancellationToken cancellationToken)
    {
        using var held = await gates.EnterAsync(dataset);
        var table = await rows.ReadAsync(dataset, 0, cancellationToken);
        if (table.Version is not { } version || Compaction.Choose(table.Parts) is not { } range)
            return false;
        var (start, count) = range.GetOffsetAndLength(table.Parts.Count);
        List<DatasetPart> parts = [.. table.Parts];
        parts.RemoveRange(start, count);
        parts.Insert(start, await RewriteAsync([.. table.Parts.Take(range)], version.Columns, cancellationToken));
        return await AddSameRowsAsync(table, version.Columns, parts, $"{count} parts joined", cancellationToken);
    }

    /// <returns>False: somebody else was faster.</returns>
    private async Task<bool> TryAsync(string dataset, WaitingRows waiting, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            var table = await RowTable.WriteAsync(engine, artifacts, waiting, folder, cancellationToken);
            var judgement = await judge.JudgeAsync(
                new JudgeRequest { Dataset = dataset, Columns = table.Columns, Files = [table.Path], Folder = folder, IsAppended = true },
                cancellationToken);
            if (!judgement.IsHeld)
            {
                judgement = await RowFit.FitAsync(engine, judgement, table, waiting.Version?.Columns ?? [], folder, cancellationToken);
                // The table is made wider for rows that passed, for no others.
                if (RowFit.Widened(judgement.Columns, waiting.Version) is { Count: > 0 } widened)
                    return await WidenAsync(waiting, judgement.Columns, widened, cancellationToken);
            }

            var good = table.Rows - (judgement.Quarantine?.Rows ?? 0);
            List<DatasetPart> parts = [];
            foreach (var file in judgement.Files)
                parts.Add(await KeepAsync(file, judgement.Files.Count == 1 ? good : null, cancellationToken));
            var version = new NewVersion
            {
                Version = new DatasetVersion
                {
                    Dataset = dataset,
                    Origin = DatasetVersion.Append,
                    Format = "ndjson",
                    Bytes = waiting.Batches.Sum(batch => (long)batch.Body.Length),
                    Rows = (waiting.Version?.Rows ?? 0) + good,
                    Columns = table.Columns,
                    CreatedAt = time.GetUtcNow(),
                    CreatedBy = string.Join(", ", waiting.Batches.Select(batch => batch.By).Distinct()),
                },
                Parts = [.. parts.Where(part => part.Rows > 0)],
                IsAppended = true,
            };
            long[] taken = [.. waiting.Batches.Select(batch => batch.Number)];
            return await rows.AddAsync(judgement.ApplyTo(version), waiting.Latest, taken, cancellationToken) is not null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Makes a version with the same rows, in which columns have the types that the rows that wait need.</summary>
    private async Task<bool> WidenAsync(
        WaitingRows waiting, IReadOnlyList<DatasetColumn> table, IReadOnlyList<DatasetColumn> widened, CancellationToken cancellationToken)
    {
        IReadOnlyList<DatasetColumn> columns = [.. table.Take(waiting.Version!.Columns.Count)];
        List<DatasetPart> parts = [];
        foreach (var part in waiting.Parts)
            parts.Add(await RewriteAsync([part], columns, cancellationToken));
        var note = string.Join(", ", widened.Select(column => $"{column.Name} is {column.Type} now"));
        return await AddSameRowsAsync(waiting, columns, parts, $"for appended rows {note}", cancellationToken);
    }

    private async Task<bool> AddSameRowsAsync(
        WaitingRows table,
        IReadOnlyList<DatasetColumn> columns,
        IReadOnlyList<DatasetPart> parts,
        string source,
        CancellationToken cancellationToken) => await rows.AddAsync(
        new NewVersion
        {
            Version = table.Version! with
            {
                Origin = DatasetVersion.Compaction,
                Source = source,
                Digest = null,
                Bytes = 0,
                Note = null,
                Quarantined = 0,
                Profile = columns.SequenceEqual(table.Version.Columns) ? table.Version.Profile : null,
                Columns = columns,
                CreatedAt = time.GetUtcNow(),
                CreatedBy = Service,
            },
            Parts = parts,
        },
        table.Latest,
        [],
        cancellationToken) is not null;

    private async Task<DatasetPart> RewriteAsync(
        IReadOnlyList<DatasetPart> parts, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            var path = await PartFiles.RewriteAsync(engine, artifacts, parts, columns, folder, cancellationToken);
            return await KeepAsync(path, parts.Sum(part => part.Rows), cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="count">The rows of the file; null: they are counted.</param>
    private async Task<DatasetPart> KeepAsync(string path, long? count, CancellationToken cancellationToken)
    {
        var found = count ?? await CountAsync(path, cancellationToken);
        return new DatasetPart(await artifacts.KeepAsync(path, cancellationToken), found, new FileInfo(path).Length);
    }

    private async Task<long> CountAsync(string path, CancellationToken cancellationToken)
    {
        await using var session = engine.Open(new DuckDbAccess([path], []));
        return (long)(await session.ScalarAsync($"SELECT count(*) FROM read_parquet({SqlText.Literal(path)})", cancellationToken))!;
    }
}
