using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>A contract compiled for the columns of a table.</summary>
internal sealed record CompiledContract
{
    public required DatasetContract Contract { get; init; }

    public required IReadOnlyList<CompiledColumn> Columns { get; init; }

    public required IReadOnlyList<RowRule> Rules { get; init; }

    public required IReadOnlyList<UniqueSet> Unique { get; init; }

    /// <summary>Why no row of such a table could be right; none: it can be judged.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The columns as they are once judged.</summary>
    public IReadOnlyList<DatasetColumn> Output => [.. Columns.Select(column => new DatasetColumn(column.Column.Name, column.Type))];

    public static CompiledContract Compile(DatasetContract contract, IReadOnlyList<DatasetColumn> columns)
    {
        var problems = new List<string>();
        var compiled = new List<CompiledColumn>();
        for (var i = 0; i < columns.Count; i++)
        {
            var rules = contract.Columns.FirstOrDefault(rule => Same(rule.Name, columns[i].Name));
            if (rules is null && !contract.AllowsOtherColumns)
                problems.Add($"additionalProperties: the contract does not know the column '{columns[i].Name}'");
            var (column, problem) = CompiledColumn.Compile(columns[i], i, rules);
            if (column is not null)
                compiled.Add(column);
            else
                problems.Add($"properties/{rules!.Name}/type: {problem}");
        }

        foreach (var rule in contract.Columns.Where(rule => rule.IsRequired && !columns.Any(column => Same(column.Name, rule.Name))))
            problems.Add($"required/{rule.Name}: the table has no column '{rule.Name}'; its columns are {Names(columns)}");
        var unique = new List<UniqueSet>();
        for (var i = 0; i < contract.Table.Unique.Count; i++)
        {
            var set = contract.Table.Unique[i]
                .Select(name => (name, column: compiled.Find(column => Same(column.Column.Name, name)))).ToList();
            problems.AddRange(set.Where(pair => pair.column is null)
                .Select(pair => $"x-table/unique/{i}: the table has no column '{pair.name}' to compare; its columns are {Names(columns)}"));
            unique.Add(new(i, [.. set.Select(pair => pair.column).OfType<CompiledColumn>()]));
        }

        return new()
        {
            Contract = contract,
            Columns = compiled,
            Rules = [.. compiled.SelectMany(RowRules.Of)],
            Unique = unique,
            Problems = problems,
        };
    }

    public CompiledColumn? Find(string name) => Columns.FirstOrDefault(column => Same(column.Column.Name, name));

    private static string Names(IReadOnlyList<DatasetColumn> columns) =>
        string.Join(", ", columns.Take(20).Select(column => column.Name)) + (columns.Count > 20 ? " …" : "");

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
