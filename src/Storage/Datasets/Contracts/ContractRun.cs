using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Judges one table in a session, whose view <c>source</c> has its rows and their numbers.</summary>
/// <param name="folder">Where the files with the rows that pass, and with those that do not, are written.</param>
internal sealed class ContractRun(DuckDbSession session, CompiledContract contract, string rowName, string folder)
{
    /// <summary>The rows that do not pass; null: all do.</summary>
    public string? Bad { get; private set; }

    /// <summary>How many rows do not pass, and how many rows there are.</summary>
    public (long Bad, long All) Rows { get; private set; }

    /// <summary>The rules for whole tables that are broken.</summary>
    public IReadOnlyList<string> Held { get; private set; } = [];

    /// <param name="existing">The Parquet files of the table to which the rows are added.</param>
    /// <returns>The file with the rows that pass; null: all do, as they came.</returns>
    public async Task<string?> RunAsync(
        ContractVersion version, TableSize size, IReadOnlyList<string> existing, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var views = new ContractViews(rowName, contract.Columns, contract.Rules);
        await session.ExecuteAsync(views.Typed, cancellationToken);
        var broken = new List<UniqueSet>();
        foreach (var set in contract.Unique)
        {
            await session.ExecuteAsync(
                ContractViews.Repeated(set.Index, set.Columns, await ExistingAsync(set.Columns, existing, cancellationToken)),
                cancellationToken);
            if (Convert.ToInt64(await session.ScalarAsync($"SELECT count(*) FROM repeated{set.Index}", cancellationToken)) > 0)
                broken.Add(set);
        }

        await session.ExecuteAsync(ContractViews.Judged(broken), cancellationToken);
        var figures = new TableFigures(contract, version.Baselines, size, now);
        var found = (await session.QueryAsync(
            figures.Sql,
            row => Enumerable.Range(0, figures.Count).Select(i => row.IsDBNull(i) ? double.NaN : row.GetDouble(i)).ToList(),
            cancellationToken))[0];
        Held = figures.Check(found);
        Rows = ((long)(found[0] - found[1]), (long)found[0]);
        if (Rows.Bad > 0)
            Bad = await WriteAsync("bad", views.Bad(broken, ExtraNames), cancellationToken);
        return Rows.Bad == 0 && contract.Columns.All(column => column.Cast is null)
            ? null
            : await WriteAsync("good", views.Good(broken), cancellationToken);
    }

    /// <summary>The names of the first columns of <see cref="Bad"/>, which no other column has.</summary>
    public IReadOnlyList<string> ExtraNames =>
        [.. new[] { "progeny_row", "progeny_rules", "progeny_reasons" }
            .Select(name => FreeName(name, contract.Columns.Select(column => column.Column)))];

    /// <summary>A name that no column has.</summary>
    public static string FreeName(string name, IEnumerable<DatasetColumn> columns)
    {
        var taken = columns.Select(column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        while (taken.Contains(name))
            name = "_" + name;
        return name;
    }

    private async Task<string?> ExistingAsync(
        IReadOnlyList<CompiledColumn> set, IReadOnlyList<string> existing, CancellationToken cancellationToken)
    {
        if (existing.Count == 0)
            return null;
        var table = DatasetFiles.Table(existing);
        var names = (await session.DescribeAsync(table, cancellationToken)).Select(column => column.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var keys = set.Select((column, j) => $"TRY_CAST({Name(column.Column.Name)} AS {column.Type}) AS k{j}");
        return set.All(column => names.Contains(column.Column.Name)) ? $"SELECT {string.Join(", ", keys)} FROM {table}" : null;
    }

    private async Task<string> WriteAsync(string name, string sql, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $"{name}-{Guid.NewGuid():n}.parquet");
        await session.WriteParquetAsync(sql, path, cancellationToken);
        return path;
    }
}
