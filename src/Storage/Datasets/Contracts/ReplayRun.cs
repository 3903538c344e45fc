using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Judges quarantined rows again, in a session that reaches only the folder of this work.</summary>
internal sealed class ReplayRun(
    DuckDbSession session,
    ContractJudge judge,
    IDatasetCatalog catalog,
    IContractStore contracts,
    ArtifactFiles artifacts,
    string folder)
{
    private const string Row = "progeny_row";

    public async Task<ReplayResult> RunAsync(
        QuarantineEntry entry,
        ReplayRequest request,
        string file,
        IReadOnlyList<string> extra,
        IReadOnlyList<DatasetColumn> columns,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var mapped = await MapAsync(request, file, extra[0], columns, cancellationToken);
        var version = await contracts.FindContractAsync(entry.Dataset, null, cancellationToken);
        var after = (await catalog.FindAsync(entry.Dataset, cancellationToken))?.Latest;
        var newest = await catalog.FindVersionAsync(entry.Dataset, null, cancellationToken);
        var rules = version is null ? new DatasetContract { Columns = [] } : ContractReader.Read(version.Document);
        var compiled = TableFit.Compile(rules with { Table = new() { Unique = rules.Table.Unique } }, mapped, newest?.Columns ?? []);
        if (compiled.Problems.Count > 0)
            throw new QuarantineException($"The rows cannot be judged: {string.Join("; ", compiled.Problems)}.", isConflict: true);

        var existing = newest is not null && compiled.Unique.Count > 0
            ? await DatasetFiles.BringAsync(catalog, artifacts, newest, folder, cancellationToken)
            : [];
        var run = new ContractRun(session, compiled, Row, folder);
        var good = await run.RunAsync(
            version ?? new ContractVersion { Dataset = entry.Dataset, Document = "", Owner = "", By = "", At = now },
            new TableSize(true, newest?.Rows), existing, now, cancellationToken);
        var landed = run.Rows.All - run.Rows.Bad;
        var replay = new QuarantineReplay
        {
            At = now,
            By = request.By,
            Contract = version?.Version,
            Mapping = request.Mapping,
            Landed = landed,
            Remaining = run.Rows.Bad,
        };
        return new(
            replay,
            landed == 0 ? null
                : await LandAsync(entry, request.By, compiled, newest, good, landed, now, version?.Version, cancellationToken)
                    with { After = after },
            run.Bad is null ? null : await RemainAsync(file, extra, columns, run, cancellationToken));
    }

    /// <summary>Makes the table <c>mapped</c>, and the view <c>source</c> over it.</summary>
    private async Task<IReadOnlyList<DatasetColumn>> MapAsync(
        ReplayRequest request, string file, string rowName, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        var mapping = new Dictionary<string, string>(request.Mapping, StringComparer.OrdinalIgnoreCase);
        foreach (var (column, expression) in mapping)
        {
            if (!columns.Any(known => string.Equals(known.Name, column, StringComparison.OrdinalIgnoreCase)))
                throw new QuarantineException(
                    $"The rows have no column '{column}'; they have {string.Join(", ", columns.Select(known => known.Name))}.");
            await RowMapping.CheckAsync(session, column, expression, cancellationToken);
        }

        var values = columns.Select(column =>
            mapping.TryGetValue(column.Name, out var expression) ? $"(\n{expression}\n) AS {Name(column.Name)}" : Name(column.Name));
        await session.ExecuteAsync(
            $"CREATE TEMP TABLE mapped AS SELECT {Name(rowName)} AS {Row}, {string.Join(", ", values)} FROM {file}", cancellationToken);
        var isWhole = await session.ScalarAsync(
            $"SELECT count(*) = (SELECT count(*) FROM {file}) AND count(*) = count(DISTINCT {Row}) FROM mapped", cancellationToken);
        if (isWhole is not true)
            throw new QuarantineException("A mapping makes more or fewer rows of a row; it must make one value of each.");
        await session.ExecuteAsync("CREATE TEMP VIEW source AS SELECT * FROM mapped", cancellationToken);
        return [
            .. (await session.QueryAsync(
                "DESCRIBE mapped", row => new DatasetColumn(row.GetString(0), row.GetString(1)), cancellationToken)).Skip(1),
        ];
    }

    private async Task<NewVersion> LandAsync(
        QuarantineEntry entry,
        string by,
        CompiledContract compiled,
        DatasetVersion? newest,
        string? good,
        long rows,
        DateTimeOffset now,
        int? contract,
        CancellationToken cancellationToken)
    {
        var (select, columns) = TableFit.Select(compiled, newest?.Columns ?? []);
        var path = Path.Combine(folder, "landing.parquet");
        var from = good is null ? "mapped" : $"read_parquet({Literal(good)})";
        await session.WriteParquetAsync($"SELECT {select} FROM {from}", path, cancellationToken);
        var part = new DatasetPart(await artifacts.KeepAsync(path, cancellationToken), rows, new FileInfo(path).Length);
        return new NewVersion
        {
            Version = new DatasetVersion
            {
                Dataset = entry.Dataset,
                Origin = "replay",
                Source = $"quarantine of version {entry.Version}",
                Format = "parquet",
                Columns = columns,
                Contract = contract,
                CreatedAt = now,
                CreatedBy = by,
            },
            Parts = [part],
            IsAppended = true,
            Once = $"replay:{entry.Version}:{entry.Digest}",
        };
    }

    /// <summary>Stores the rows that stay, as they came, with what is wrong with them now.</summary>
    private async Task<NewQuarantine> RemainAsync(
        string file, IReadOnlyList<string> extra, IReadOnlyList<DatasetColumn> columns,
        ContractRun run, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "remaining.parquet");
        var names = run.ExtraNames;
        await session.WriteParquetAsync(
            $"SELECT now.{Name(names[0])} AS {Name(extra[0])}, now.{Name(names[1])} AS {Name(extra[1])}, "
            + $"now.{Name(names[2])} AS {Name(extra[2])}{string.Concat(columns.Select(column => $", came.{Name(column.Name)}"))} "
            + $"FROM read_parquet({Literal(run.Bad!)}) AS now JOIN {file} AS came ON came.{Name(extra[0])} = now.{Name(names[0])} "
            + "ORDER BY 1",
            path,
            cancellationToken);
        return await judge.KeepAsync(session, path, run.Rows.Bad, extra[1], cancellationToken);
    }
}
