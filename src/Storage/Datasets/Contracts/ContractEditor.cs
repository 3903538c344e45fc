using DuckDB.NET.Data;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Checks contracts and sets them.</summary>
public sealed class ContractEditor(IContractStore contracts, IDatasetCatalog catalog, DuckDbEngine engine, ArtifactFiles artifacts)
{
    private const string Deciles = "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]";
    private const int ValuesCompared = 20;

    /// <summary>The changes of a contract that refuse rows which the contract in force accepts; none where none is in force.</summary>
    /// <exception cref="ContractException">The contract is wrong.</exception>
    public async Task<IReadOnlyList<string>> FindBreakingAsync(string dataset, string document, CancellationToken cancellationToken)
    {
        var contract = ContractReader.Read(document);
        return await contracts.FindContractAsync(dataset, null, cancellationToken) is { } before
            ? ContractChanges.FindBreaking(ContractReader.Read(before.Document), contract)
            : [];
    }

    /// <summary>Checks a contract, counts the distributions that it compares with, and stores it as the next version.</summary>
    /// <param name="contract">Its number and its baselines are found here.</param>
    /// <param name="after">The version that it follows, 0 for none; null: whichever is the newest.</param>
    /// <returns>The contract as it is stored; null: another was set meanwhile.</returns>
    /// <exception cref="ContractException">The contract is wrong.</exception>
    /// <exception cref="KeyNotFoundException">There is no such dataset.</exception>
    public async Task<ContractVersion?> SetAsync(ContractVersion contract, int? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var rules = ContractReader.Read(contract.Document);
        await CheckPatternsAsync(rules, cancellationToken);
        var baselines = await CountAsync(contract.Dataset, rules, cancellationToken);
        return await contracts.AddContractAsync(contract with { Baselines = baselines }, after, cancellationToken);
    }

    private async Task CheckPatternsAsync(DatasetContract contract, CancellationToken cancellationToken)
    {
        var errors = new List<ContractError>();
        await using var session = engine.Open(DuckDbAccess.None);
        foreach (var column in contract.Columns.Where(column => column.Pattern is not null))
        {
            try
            {
                await session.ScalarAsync($"SELECT regexp_matches('', {Literal(column.Pattern!)})", cancellationToken);
            }
            catch (DuckDBException exception)
            {
                errors.Add(new(
                    $"properties/{column.Name}/pattern",
                    $"is '{column.Pattern}', which is no regular expression of RE2: {exception.Message.Trim()}"));
            }
        }

        if (errors.Count > 0)
            throw new ContractException(errors);
    }

    private async Task<IReadOnlyDictionary<string, Baseline>> CountAsync(
        string dataset, DatasetContract contract, CancellationToken cancellationToken)
    {
        var baselines = new Dictionary<string, Baseline>();
        foreach (var group in contract.Table.Columns.Where(pair => pair.Value.MaxPsi is not null).GroupBy(pair => pair.Value.PsiAgainst))
        {
            var names = group.Select(pair => pair.Key).ToList();
            var path = $"x-table/columns/{names[0]}/psi/against";
            if (await catalog.FindVersionAsync(dataset, group.Key, cancellationToken) is not { State: DatasetState.Ready } version)
            {
                throw new ContractException(
                    [new(path,
                        group.Key is { } wanted
                            ? $"is {wanted}; '{dataset}' has no such version that is read"
                            : "the dataset has no version yet")]);
            }

            foreach (var (name, baseline) in await CountAsync(version, contract, names, cancellationToken))
                baselines[name] = baseline;
        }

        return baselines;
    }

    private async Task<IReadOnlyList<(string Name, Baseline Baseline)>> CountAsync(
        DatasetVersion version, DatasetContract contract, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            var compiled = CompiledContract.Compile(contract with { Table = new() }, version.Columns);
            await using var session = engine.Open(new DuckDbAccess([], [folder]));
            var files = await DatasetFiles.BringAsync(catalog, artifacts, version, folder, cancellationToken);
            await session.ExecuteAsync(
                $"CREATE TEMP VIEW source AS SELECT 0 AS progeny_row, * FROM {DatasetFiles.Table(files)}", cancellationToken);
            await session.ExecuteAsync(new ContractViews("progeny_row", compiled.Columns, compiled.Rules).Typed, cancellationToken);
            var baselines = new List<(string, Baseline)>();
            foreach (var name in names)
            {
                if (compiled.Find(name) is not { } column)
                    throw new ContractException([new($"x-table/columns/{name}", $"version {version.Version} has no column '{name}'")]);
                baselines.Add((name, await CountAsync(session, version.Version, column, cancellationToken)));
            }

            return baselines;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Baseline> CountAsync(
        DuckDbSession session, int version, CompiledColumn column, CancellationToken cancellationToken)
    {
        var baseline = new Baseline { Version = version, Shares = [] };
        if (column.IsNumeric)
        {
            var edges = await session.QueryAsync(
                $"SELECT DISTINCT unnest(approx_quantile(CAST({column.Value} AS DOUBLE), {Deciles})) AS e "
                + "FROM flagged WHERE NOT broken ORDER BY e",
                row => row.IsDBNull(0) ? double.NaN : row.GetDouble(0),
                cancellationToken);
            baseline = baseline with { Edges = [.. edges.Where(double.IsFinite)] };
        }
        else
        {
            baseline = baseline with
            {
                Values = await session.QueryAsync(
                    $"SELECT CAST({column.Value} AS VARCHAR) AS v FROM flagged WHERE NOT broken AND {column.Value} IS NOT NULL "
                    + $"GROUP BY v ORDER BY count(*) DESC, v LIMIT {ValuesCompared}",
                    row => row.GetString(0),
                    cancellationToken),
            };
        }

        var bins = Bins.Of(column.Value, baseline);
        var counts = (await session.QueryAsync(
            $"SELECT {string.Join(", ", bins.Select(bin => $"CAST(count(*) FILTER (WHERE {bin} AND NOT broken) AS DOUBLE)"))} FROM flagged",
            row => Enumerable.Range(0, bins.Count).Select(row.GetDouble).ToList(),
            cancellationToken))[0];
        var total = Math.Max(1, counts.Sum());
        return baseline with { Shares = [.. counts.Select(count => count / total)] };
    }
}
