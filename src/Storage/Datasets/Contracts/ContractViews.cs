using System.Globalization;
using System.Text;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>
/// The views over a table that a contract is judged in. <c>source</c>: <c>n</c>, the number of the row, and the columns under their names;
/// <c>typed</c>: the columns as <c>r0</c>, <c>r1</c> …, those of another type as <c>c0</c> …; <c>flagged</c>: with <c>broken</c>, whether
/// the row breaks a rule for rows; <c>judged</c>: with <c>repeats</c>, the rules of uniqueness that a row breaks.
/// </summary>
internal sealed class ContractViews(string rowName, IReadOnlyList<CompiledColumn> columns, IReadOnlyList<RowRule> rules)
{
    /// <summary>The name of the row's number in <c>source</c>, which no column has.</summary>
    public string RowName => rowName;

    public string Typed =>
        $"""
        CREATE TEMP VIEW renamed AS
        SELECT {Name(rowName)} AS n{Each(column => $", {Name(column.Column.Name)} AS {column.Raw}")} FROM source;
        CREATE TEMP VIEW typed AS SELECT *{Each(Cast)} FROM renamed;
        CREATE TEMP VIEW flagged AS SELECT *, {Any()} AS broken FROM typed;
        """;

    /// <param name="sets">The rules of uniqueness that are broken, whose repeated values are in the tables <c>repeated0</c> …</param>
    public static string Judged(IReadOnlyList<UniqueSet> sets)
    {
        if (sets.Count == 0)
            return "CREATE TEMP VIEW judged AS SELECT *, CAST([] AS INTEGER[]) AS repeats FROM flagged";
        var text = new StringBuilder("CREATE TEMP VIEW judged AS SELECT flagged.*, list_filter([");
        text.AppendJoin(", ", sets.Select(set =>
            $"CASE WHEN NOT flagged.broken AND k{set.Index}.first <> flagged.n THEN {set.Index} END"));
        text.Append("], lambda x: x IS NOT NULL) AS repeats FROM flagged");
        foreach (var (index, columns) in sets)
        {
            text.Append(CultureInfo.InvariantCulture, $" LEFT JOIN repeated{index} AS k{index} ON ");
            text.AppendJoin(" AND ", columns.Select((column, j) => $"flagged.{column.Value} = k{index}.k{j}"));
        }

        return text.ToString();
    }

    /// <summary>The values of a rule of uniqueness that more than one row has, and the row that keeps them: the first that breaks no rule.
    /// </summary>
    /// <param name="existing">SQL of the values that the table has already, in the columns <c>k0</c> …; null: it has none.</param>
    public static string Repeated(int index, IReadOnlyList<CompiledColumn> set, string? existing)
    {
        var keys = string.Join(", ", set.Select((column, j) => $"{column.Value} AS k{j}"));
        var names = string.Join(", ", set.Select((_, j) => $"k{j}"));
        var known = string.Join(" AND ", set.Select(column => $"{column.Value} IS NOT NULL"));
        var own = $"SELECT {keys}, min(n) AS first, count(*) AS times FROM flagged WHERE NOT broken AND {known} GROUP BY ALL";
        return existing is null
            ? $"CREATE TEMP TABLE repeated{index} AS SELECT {names}, first FROM ({own}) WHERE times > 1"
            : $"""
              CREATE TEMP TABLE keys{index} AS {own};
              CREATE TEMP TABLE repeated{index} AS
              SELECT {names}, CASE WHEN known THEN -1 ELSE first END AS first
              FROM (SELECT keys{index}.*, EXISTS (SELECT 1 FROM ({existing}) AS e
                  WHERE {string.Join(" AND ", set.Select((_, j) => $"e.k{j} = keys{index}.k{j}"))}) AS known FROM keys{index})
              WHERE times > 1 OR known
              """;
    }

    /// <summary>The rows that pass, in their order, under the names of the columns.</summary>
    public string Good(IReadOnlyList<UniqueSet> sets) =>
        $"SELECT {string.Join(", ", columns.Select(column => $"{column.Value} AS {Name(column.Column.Name)}"))} FROM judged "
        + $"WHERE NOT broken AND len(repeats) = 0{Order(sets)}";

    /// <summary>The rows that do not pass: number, rules, reasons, and the columns as they came.</summary>
    /// <param name="extra">The names of the first three.</param>
    public string Bad(IReadOnlyList<UniqueSet> sets, IReadOnlyList<string> extra)
    {
        var broken = List(rules.Select(rule => $"CASE WHEN {rule.Broken} THEN {Literal(rule.Path)} END"));
        var reasons = List(rules.Select(rule => $"CASE WHEN {rule.Broken} THEN {rule.Reason} END"));
        var repeats = List(sets.Select(set => $"CASE WHEN list_contains(repeats, {set.Index}) THEN {Literal(set.Path)} END"));
        var repeated = List(sets.Select(set => $"CASE WHEN list_contains(repeats, {set.Index}) THEN {Repeats(set.Columns)} END"));
        return $"SELECT n AS {Name(extra[0])}, list_concat({broken}, {repeats}) AS {Name(extra[1])}, "
            + $"list_concat({reasons}, {repeated}) AS {Name(extra[2])}{Each(column => $", {column.Raw} AS {Name(column.Column.Name)}")} "
            + $"FROM judged WHERE broken OR len(repeats) > 0{Order(sets)}";
    }

    /// <remarks>A view without joins yields the rows in their order.</remarks>
    private static string Order(IReadOnlyList<UniqueSet> sets) => sets.Count > 0 ? " ORDER BY n" : "";

    private static string Repeats(IReadOnlyList<CompiledColumn> set) =>
        $"{Literal(string.Join(", ", set.Select(column => column.Column.Name)) + ": ")} || "
        + string.Join(" || ', ' || ", set.Select(column => RowRules.Show(column.Raw)))
        + " || ' is there already; each is allowed once'";

    private static string List(IEnumerable<string> items) =>
        $"list_filter(CAST([{string.Join(", ", items)}] AS VARCHAR[]), lambda x: x IS NOT NULL)";

    private static string Cast(CompiledColumn column) => column.Cast is { } cast ? $", {cast} AS {column.Value}" : "";

    private string Each(Func<CompiledColumn, string> make) => string.Concat(columns.Select(make));

    private string Any() =>
        rules.Count == 0 ? "false" : $"coalesce({string.Join(", false) OR coalesce(", rules.Select(rule => rule.Broken))}, false)";
}
