using System.Globalization;
using System.Text;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Judges tables by contracts, with DuckDB over their Parquet files. Where a dataset has none, everything passes.</summary>
public sealed class ContractJudge(
    IContractStore contracts, IDatasetCatalog catalog, DuckDbEngine engine, ArtifactFiles artifacts, TimeProvider time) : IDatasetJudge
{
    private const string FileColumn = "progeny_file";
    private const string FileRow = "file_row_number";

    /// <inheritdoc/>
    public async Task<Judgement> JudgeAsync(JudgeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await contracts.FindContractAsync(request.Dataset, null, cancellationToken) is not { } version || request.Files.Count == 0)
            return new Judgement { Columns = request.Columns, Files = request.Files };
        var contract = CompiledContract.Compile(ContractReader.Read(version.Document), request.Columns);
        if (contract.Problems.Count > 0)
        {
            return new Judgement
            {
                Columns = request.Columns,
                Files = request.Files,
                Contract = version.Version,
                HeldReason = Sentence(contract.Problems),
            };
        }

        await using var session = engine.Open(new DuckDbAccess(request.Files, [request.Folder]));
        var (source, rowName) = await SourceAsync(session, request, cancellationToken);
        await session.ExecuteAsync(source, cancellationToken);
        var before = await catalog.FindVersionAsync(request.Dataset, null, cancellationToken);
        var existing = before is not null && request.IsAppended && contract.Unique.Count > 0
            ? await DatasetFiles.BringAsync(catalog, artifacts, before, request.Folder, cancellationToken)
            : [];
        var run = new ContractRun(session, contract, rowName, request.Folder);
        var good = await run.RunAsync(
            version, new TableSize(request.IsAppended, before?.Rows), existing, time.GetUtcNow(), cancellationToken);
        return new Judgement
        {
            Contract = version.Version,
            HeldReason = run.Held.Count > 0 ? Sentence(run.Held) : null,
            Columns = contract.Output,
            Files = good is null ? request.Files : [good],
            Quarantine = run.Bad is null ? null : await KeepAsync(session, run.Bad, run.Rows.Bad, run.ExtraNames[1], cancellationToken),
        };
    }

    /// <summary>Stores a file of rows that do not pass.</summary>
    internal async Task<NewQuarantine> KeepAsync(
        DuckDbSession session, string path, long rows, string rulesName, CancellationToken cancellationToken) => new()
        {
            Digest = await artifacts.KeepAsync(path, cancellationToken),
            Rows = rows,
            Bytes = new FileInfo(path).Length,
            Rules = await session.QueryAsync(
                $"SELECT rule, count(*) FROM (SELECT unnest({Name(rulesName)}) AS rule FROM read_parquet({Literal(path)})) GROUP BY rule "
                + "ORDER BY count(*) DESC, rule",
                row => new BrokenRule(row.GetString(0), row.GetInt64(1)),
                cancellationToken),
        };

    private static string Sentence(IReadOnlyList<string> problems) => string.Join("; ", problems) + ".";

    /// <summary>The rows of the files with their numbers, from 1, over all files in their order.</summary>
    private static async Task<(string Sql, string RowName)> SourceAsync(
        DuckDbSession session, JudgeRequest request, CancellationToken cancellationToken)
    {
        var rowName = ContractRun.FreeName("progeny_row", request.Columns);
        var fileName = ContractRun.FreeName(FileColumn, request.Columns);
        var columns = string.Join(", ", request.Columns.Select(column => Name(column.Name)));
        var files = List(request.Files);
        if (request.Columns.Any(column => string.Equals(column.Name, FileRow, StringComparison.OrdinalIgnoreCase)))
        {
            return (
                $"CREATE TEMP VIEW source AS SELECT row_number() OVER () AS {Name(rowName)}, {columns} "
                + $"FROM read_parquet({files}, union_by_name = true)",
                rowName);
        }

        var number = $"{FileRow} + 1";
        if (request.Files.Count > 1)
        {
            var counts = (await session.QueryAsync(
                    $"SELECT file_name, num_rows FROM parquet_file_metadata({files})",
                    row => (File: row.GetString(0), Rows: row.GetInt64(1)),
                    cancellationToken))
                .DistinctBy(row => row.File).ToDictionary(row => row.File, row => row.Rows);
            var (cases, offset) = (new StringBuilder(), 0L);
            foreach (var file in request.Files)
            {
                cases.Append(CultureInfo.InvariantCulture, $" WHEN {Literal(file)} THEN {offset}");
                offset += counts[file];
            }

            number += $" + CASE {Name(fileName)}{cases} END";
        }

        return (
            $"CREATE TEMP VIEW source AS SELECT {number} AS {Name(rowName)}, {columns} "
            + $"FROM read_parquet({files}, union_by_name = true, file_row_number = true, filename = {Literal(fileName)})",
            rowName);
    }
}
