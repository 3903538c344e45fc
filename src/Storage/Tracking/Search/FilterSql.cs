using Dapper;
using Progeny.Core.Tracking.Search;

namespace Progeny.Storage.Tracking.Search;

/// <summary>
/// Compiles filters and orders to SQL with parameters. Every condition is true or false and never NULL, so that <c>NOT</c> is its
/// complement.
/// </summary>
internal sealed class FilterSql(TrackingDialect dialect, EntityTables tables)
{
    // MLflow's client adds this condition to searches of the registry, and means "absent, or another value".
    private const string PromptTag = "mlflow.prompt.is_prompt";

    private int _count;

    /// <summary>The values of the parameters.</summary>
    public DynamicParameters Values { get; } = new();

    /// <summary>A condition that metrics of logged models must meet besides, on the alias <c>{0}</c>; null: none.</summary>
    public string? MetricCondition { get; init; }

    /// <summary>Adds a value and returns the name of its parameter.</summary>
    public string Add(object value)
    {
        var name = $"p{_count++}";
        Values.Add(name, value);
        return name;
    }

    /// <summary>A condition that a column has one of many values.</summary>
    public string In<T>(string column, IEnumerable<T> values) => dialect.In(column, Add(dialect.List(values)));

    /// <summary>A condition of a filter.</summary>
    public string Where(FilterNode? node) => node switch
    {
        null => "TRUE",
        FilterGroup group => $"({string.Join(group.IsAnd ? " AND " : " OR ", group.Nodes.Select(Where))})",
        FilterNot not => $"NOT {Where(not.Node)}",
        FilterComparison { Field.Kind: FieldKind.Attribute } comparison => Attribute(comparison),
        FilterComparison { Field.Kind: FieldKind.Dataset } comparison => Dataset(comparison),
        FilterComparison comparison => Side(comparison),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    /// <summary>The joins and terms of an order.</summary>
    public (string Joins, string Terms) Order(IEnumerable<SearchOrder> orders, string last)
    {
        var joins = new System.Text.StringBuilder();
        var terms = new List<string>();
        foreach (var order in orders)
        {
            var direction = order.IsDescending ? "DESC" : "ASC";
            if (order.Field.Kind == FieldKind.Attribute)
            {
                terms.Add($"{tables.Attributes[order.Field.Key]} {direction} NULLS LAST");
                continue;
            }

            var side = tables.Sides[order.Field.Kind];
            var key = Add(order.Field.Key);
            if (!side.IsUnique)
            {
                var condition = MetricConditionOf("o");
                terms.Add(
                    $"(SELECT o.value FROM {side.Name} o WHERE {side.Match("o", key)}{condition} ORDER BY o.step DESC, o.at DESC LIMIT 1) "
                        + $"{direction} NULLS LAST");
                continue;
            }

            var alias = $"o{_count}";
            joins.Append($" LEFT JOIN {side.Name} {alias} ON {side.Match(alias, key)}");
            // No number stands before what has no value.
            terms.Add($"({alias}.key IS NULL)");
            terms.Add($"{alias}.value {direction} NULLS LAST");
        }

        terms.Add(last);
        return (joins.ToString(), string.Join(", ", terms));
    }

    /// <summary>The comparison of a column with the value of a comparison.</summary>
    public string Compare(string column, FilterComparison comparison) => comparison.Operator switch
    {
        FilterOperator.Like or FilterOperator.ILike =>
            dialect.Like(column, Add(dialect.Pattern(comparison.Text, comparison.Operator)), comparison.Operator),
        FilterOperator.In => In(column, comparison.List),
        FilterOperator.NotIn => $"NOT ({In(column, comparison.List)})",
        FilterOperator.IsNull => $"{column} IS NULL",
        FilterOperator.IsNotNull => $"{column} IS NOT NULL",
        _ => $"{column} {Symbol(comparison.Operator)} :{Add(comparison.Field.IsNumber ? comparison.Number : comparison.Text)}",
    };

    private string Attribute(FilterComparison comparison) =>
        $"(({Compare(tables.Attributes[comparison.Field.Key], comparison)}) IS TRUE)";

    private string Side(FilterComparison comparison)
    {
        var side = tables.Sides[comparison.Field.Kind];
        var row = $"SELECT 1 FROM {side.Name} s WHERE {side.Match("s", Add(comparison.Field.Key))}";
        if (comparison.Field.Kind == FieldKind.Metric)
            row += MetricConditionOf("s");
        return comparison switch
        {
            { Operator: FilterOperator.IsNull } => $"NOT EXISTS ({row})",
            { Operator: FilterOperator.IsNotNull } => $"EXISTS ({row})",
            { Operator: FilterOperator.NotEqual, Field.Key: PromptTag } => $"NOT EXISTS ({row} AND s.value = :{Add(comparison.Text)})",
            // A value that is no number, stored as NULL, is unequal to every number.
            { Operator: FilterOperator.NotEqual, Field.IsNumber: true } =>
                $"EXISTS ({row} AND (s.value IS NULL OR s.value <> :{Add(comparison.Number)}))",
            { Operator: FilterOperator.Equal, Field.IsNumber: false } when side.IsUnique && side.Owner.Contains("r.id", StringComparison.Ordinal) =>
                $"EXISTS ({row} AND {dialect.Indexed("s.value", Add(comparison.Text))})",
            _ => $"EXISTS ({row} AND {Compare("s.value", comparison)})",
        };
    }

    private string Dataset(FilterComparison comparison)
    {
        const string Rows = "SELECT 1 FROM tracking_run_datasets i JOIN tracking_datasets d ON d.id = i.dataset WHERE i.run = r.id";
        var column = comparison.Field.Key switch { "name" => "d.name", "digest" => "d.digest", _ => "i.context" };
        return comparison.Operator == FilterOperator.IsNull
            ? $"NOT EXISTS ({Rows} AND {column} IS NOT NULL)"
            : $"EXISTS ({Rows} AND {Compare(column, comparison)})";
    }

    private string MetricConditionOf(string alias) => MetricCondition is null
        ? ""
        : " AND " + string.Format(System.Globalization.CultureInfo.InvariantCulture, MetricCondition, alias);

    private static string Symbol(FilterOperator operation) => operation switch
    {
        FilterOperator.Equal => "=",
        FilterOperator.NotEqual => "<>",
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };
}
