using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Shows quarantined rows, and judges them again.</summary>
public sealed class Quarantine(
    IQuarantineStore store,
    IContractStore contracts,
    IDatasetCatalog catalog,
    ContractJudge judge,
    DuckDbEngine engine,
    ArtifactFiles artifacts,
    DatasetGates gates,
    IOptions<DatasetsOptions> options,
    TimeProvider time)
{
    /// <summary>The first columns of a quarantine's file: number, rules, reasons.</summary>
    private const int Extra = 3;

    /// <summary>Rows of an entry in their order; null: there is no such entry.</summary>
    public async Task<IReadOnlyList<QuarantinedRow>?> ShowAsync(
        string dataset, int version, long after, int limit, CancellationToken cancellationToken)
    {
        if (await store.FindQuarantineAsync(dataset, version, cancellationToken) is not { } entry)
            return null;
        if (entry.State != QuarantineState.Waiting)
            return [];
        var folder = engine.CreateFolder();
        try
        {
            await using var session = engine.Open(new DuckDbAccess([], [folder]));
            var (file, extra, columns) = await OpenAsync(session, entry, folder, cancellationToken);
            var values = string.Concat(columns.Select(column => $", CAST({Name(column.Name)} AS VARCHAR)"));
            return await session.QueryAsync(
                $"SELECT {Name(extra[0])}, to_json({Name(extra[2])}){values} FROM {file} WHERE {Name(extra[0])} > {after} "
                + $"ORDER BY {Name(extra[0])} LIMIT {limit}",
                row => new QuarantinedRow(
                    row.GetInt64(0),
                    System.Text.Json.JsonSerializer.Deserialize<List<string>>(row.GetString(1))!,
                    columns.Select((column, i) => (column.Name, Value: row.IsDBNull(i + 2) ? null : row.GetString(i + 2)))
                        .ToDictionary(pair => pair.Name, pair => pair.Value)),
                cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Judges the rows of an entry by the contract in force. Those that pass land in the dataset, once, in the transaction that takes them
    /// out of the entry; the others stay as they came, with their reasons now. Rules for whole tables are not asked.
    /// </summary>
    /// <returns>The entry as it is then; null: there is none.</returns>
    /// <exception cref="QuarantineException">A mapping is wrong, or rows cannot land now.</exception>
    public async Task<QuarantineEntry?> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await store.FindQuarantineAsync(request.Dataset, request.Version, cancellationToken) is not { } entry)
            return null;
        await RefuseAsync(entry, request, cancellationToken);
        using var turn = await gates.EnterAsync(request.Dataset);
        var folder = engine.CreateFolder();
        using var late = new CancellationTokenSource(options.Value.QueryTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await using var session = engine.Open(new DuckDbAccess([], [folder]));
            var replay = new ReplayRun(session, judge, catalog, contracts, artifacts, folder);
            var (file, extra, columns) = await OpenAsync(session, entry, folder, either.Token);
            var result = await replay.RunAsync(entry, request, file, extra, columns, time.GetUtcNow(), either.Token);
            return await store.ResolveQuarantineAsync(
                    entry.Dataset, entry.Version, entry.Digest, result.Landing, result.Apply, cancellationToken)
                ?? throw new QuarantineException(
                    $"The quarantine of version {entry.Version} was changed by somebody else meanwhile; nothing was done.",
                    isConflict: true);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new QuarantineException(
                $"The replay took longer than {options.Value.QueryTime:c} (Datasets:QueryTime); nothing was done.", isConflict: true);
        }
        catch (DatasetChangedException exception)
        {
            throw new QuarantineException(exception.Message, isConflict: true);
        }
        catch (DuckDBException exception) when (request.Mapping.Count > 0)
        {
            throw new QuarantineException($"A mapping fails: {exception.Message.Trim()}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Drops the rows of an entry; null: there is none.</summary>
    /// <exception cref="QuarantineException">It has ended, or was changed meanwhile.</exception>
    public async Task<QuarantineEntry?> DropAsync(string dataset, int version, HeldDecision decision, CancellationToken cancellationToken)
    {
        if (await store.FindQuarantineAsync(dataset, version, cancellationToken) is not { } entry)
            return null;
        return await store.ResolveQuarantineAsync(
                dataset,
                version,
                entry.Digest,
                null,
                (found, _) => found with { State = QuarantineState.Dropped, Dropped = decision },
                cancellationToken)
            ?? throw new QuarantineException(
                $"The quarantine of version {version} is {Word(entry)}; nothing is left to drop.", isConflict: true);
    }

    private static string Word(QuarantineEntry entry) => entry.State switch
    {
        QuarantineState.Landed => "empty: all its rows have landed",
        QuarantineState.Dropped => "dropped",
        _ => "changed by somebody else meanwhile",
    };

    private async Task RefuseAsync(QuarantineEntry entry, ReplayRequest request, CancellationToken cancellationToken)
    {
        if (entry.State != QuarantineState.Waiting)
            throw new QuarantineException(
                $"The quarantine of version {entry.Version} is {Word(entry)}; nothing is left to replay.", isConflict: true);
        if (await catalog.FindVersionAsync(entry.Dataset, entry.Version, cancellationToken) is { State: DatasetState.Held })
        {
            throw new QuarantineException(
                $"Version {entry.Version} is held; release or drop it first (progeny data release {entry.Dataset} {entry.Version}).",
                isConflict: true);
        }

        if (request.Force)
            return;
        int? before = null;
        while (await catalog.ListVersionsAsync(entry.Dataset, before, 100, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var version in page.TakeWhile(version => version.Version > entry.Version))
            {
                if (version is { State: DatasetState.Ready, IsAppended: false, Origin: not "compaction" })
                {
                    throw new QuarantineException(
                        $"Version {version.Version} has replaced the table that the rows came with (version {entry.Version}), and may have "
                        + "them already; with force they are added to it all the same.",
                        isConflict: true);
                }
            }

            before = page[^1].Version;
            if (before <= entry.Version)
                return;
        }
    }

    private async Task<(string File, IReadOnlyList<string> Extra, IReadOnlyList<DatasetColumn> Columns)> OpenAsync(
        DuckDbSession session, QuarantineEntry entry, string folder, CancellationToken cancellationToken)
    {
        var path = await artifacts.BringAsync(entry.Digest, folder, "quarantine.parquet", cancellationToken);
        var file = $"read_parquet({Literal(path)})";
        var columns = await session.DescribeAsync(file, cancellationToken);
        return (file, [.. columns.Take(Extra).Select(column => column.Name)], [.. columns.Skip(Extra)]);
    }
}
