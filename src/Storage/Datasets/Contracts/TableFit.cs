using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>
/// Has rows that are added to a table fit its columns: a value that its column cannot hold is a rule that the row breaks, since a part of
/// another type would change the column for everybody.
/// </summary>
internal static class TableFit
{
    public static CompiledContract Compile(
        DatasetContract contract, IReadOnlyList<DatasetColumn> columns, IReadOnlyList<DatasetColumn> table)
    {
        var typed = contract with
        {
            Columns =
            [
                .. contract.Columns.Select(rules => rules.Type is null ? WithTypeOf(rules, Find(table, rules.Name)) : rules),
                .. table.Where(column => !contract.Columns.Any(rules => Same(rules.Name, column.Name)))
                    .Select(column => WithTypeOf(new ColumnRules { Name = column.Name }, column)),
            ],
            AllowsOtherColumns = true,
        };
        var compiled = CompiledContract.Compile(typed, columns);
        return compiled with
        {
            Rules =
            [
                .. compiled.Rules,
                .. compiled.Columns.Select(column => (Column: column, Table: Find(table, column.Column.Name)))
                    .Where(pair => pair.Table is not null && pair.Table.Type != pair.Column.Type)
                    .Select(pair => new RowRule(
                        $"table/{pair.Table!.Name}",
                        $"{pair.Column.Value} IS NOT NULL AND TRY_CAST({pair.Column.Value} AS {pair.Table.Type}) IS NULL",
                        $"{Literal(pair.Table.Name + ": ")} || {RowRules.Show(pair.Column.Raw)} || "
                        + Literal($" does not fit the table, whose column is {pair.Table.Type}"))),
            ],
        };
    }

    /// <summary>The columns of rows that pass in the types of the table, and the columns that the table has then.</summary>
    public static (string Sql, IReadOnlyList<DatasetColumn> Columns) Select(CompiledContract compiled, IReadOnlyList<DatasetColumn> table)
    {
        var items = compiled.Columns.Select(column => Find(table, column.Column.Name) is { } known && known.Type != column.Type
            ? $"CAST({Name(column.Column.Name)} AS {known.Type}) AS {Name(known.Name)}"
            : Name(column.Column.Name));
        return (
            string.Join(", ", items), [.. table, .. compiled.Output.Where(column => Find(table, column.Name) is null)]);
    }

    private static ColumnRules WithTypeOf(ColumnRules rules, DatasetColumn? column) => column is null ? rules : rules with
    {
        Type = CompiledColumn.Kind(column.Type) switch
        {
            ColumnKind.Whole => ContractType.Integer,
            ColumnKind.Decimal or ColumnKind.Double => ContractType.Number,
            ColumnKind.Boolean => ContractType.Boolean,
            ColumnKind.Text or ColumnKind.Date or ColumnKind.Time => ContractType.String,
            _ => null,
        },
        Format = CompiledColumn.Kind(column.Type) switch
        {
            ColumnKind.Date => ContractFormat.Date,
            ColumnKind.Time => ContractFormat.DateTime,
            _ => ContractFormat.None,
        },
    };

    private static DatasetColumn? Find(IReadOnlyList<DatasetColumn> columns, string name) =>
        columns.FirstOrDefault(column => Same(column.Name, name));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
