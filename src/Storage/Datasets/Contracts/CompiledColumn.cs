using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>
/// A column of a table with what a contract makes of it. The names are those inside the views of <see cref="ContractViews"/>.
/// </summary>
/// <param name="Column">As it came.</param>
/// <param name="Raw">The name of its value as it came.</param>
/// <param name="Value">The name of its value in the type asked for, which is NULL where it cannot be that.</param>
/// <param name="Type">The type asked for, as DuckDB writes it.</param>
/// <param name="Cast">Makes one of the other; null: it is the same.</param>
/// <param name="Fits">Whether a value as it came, which is not NULL, can be of that type; null: any is.</param>
/// <param name="Rules">The contract's rules; null: it has none for the column.</param>
internal sealed record CompiledColumn(
    DatasetColumn Column, string Raw, string Value, string Type, string? Cast, string? Fits, ColumnRules? Rules)
{
    public bool IsNumeric => Kind(Type) is ColumnKind.Whole or ColumnKind.Decimal or ColumnKind.Double;

    /// <summary>Compiles a column.</summary>
    /// <returns>The column, or why no row could ever be right.</returns>
    public static (CompiledColumn? Column, string? Problem) Compile(DatasetColumn column, int index, ColumnRules? rules)
    {
        var (raw, value, kind) = ($"r{index}", $"c{index}", Kind(column.Type));
        (CompiledColumn?, string?) Same(string? fits = null) => (new(column, raw, raw, column.Type, null, fits, rules), null);
        (CompiledColumn?, string?) To(string type, string? cast, string? fits) => (new(column, raw, value, type, cast, fits, rules), null);
        (CompiledColumn?, string?) Unfit() =>
            (null, $"the column '{column.Name}' is {column.Type}; the contract asks for {rules!.Type.ToString()!.ToLowerInvariant()}");

        return (rules?.Type, kind) switch
        {
            (null, _) => Same(),
            (ContractType.Array, ColumnKind.Nested) when IsList(column.Type) => Same(),
            (ContractType.Object, ColumnKind.Nested) when !IsList(column.Type) => Same(),
            (ContractType.Array or ContractType.Object, _) or (_, ColumnKind.Nested) => Unfit(),
            (ContractType.Integer, ColumnKind.Whole) => Same(),
            (ContractType.Integer, ColumnKind.Decimal) => To(
                "BIGINT", $"TRY_CAST({raw} AS BIGINT)", $"{raw} = trunc({raw}) AND TRY_CAST({raw} AS BIGINT) IS NOT NULL"),
            (ContractType.Integer, ColumnKind.Double) => To(
                "BIGINT",
                $"TRY_CAST({raw} AS BIGINT)", $"isfinite({raw}) AND {raw} = trunc({raw}) AND TRY_CAST({raw} AS BIGINT) IS NOT NULL"),
            (ContractType.Integer, ColumnKind.Text) => To(
                "BIGINT",
                $"TRY_CAST(split_part(trim({raw}), '.', 1) AS BIGINT)",
                $@"regexp_full_match(trim({raw}), '[+-]?[0-9]+(\.0*)?') AND "
                + $"TRY_CAST(split_part(trim({raw}), '.', 1) AS BIGINT) IS NOT NULL"),
            (ContractType.Number, ColumnKind.Whole or ColumnKind.Decimal) => Same(),
            (ContractType.Number, ColumnKind.Double) => Same($"isfinite({raw})"),
            (ContractType.Number, ColumnKind.Text) => To(
                "DOUBLE",
                $"TRY_CAST({raw} AS DOUBLE)",
                $"coalesce(isfinite(TRY_CAST({raw} AS DOUBLE)), false) AND NOT contains({raw}, '_')"),
            (ContractType.Boolean, ColumnKind.Boolean) => Same(),
            (ContractType.Boolean, ColumnKind.Whole) => To("BOOLEAN", $"TRY_CAST({raw} AS BOOLEAN)", $"{raw} IN (0, 1)"),
            (ContractType.Boolean, ColumnKind.Text) => To(
                "BOOLEAN", $"TRY_CAST(trim({raw}) AS BOOLEAN)", $"lower(trim({raw})) IN ('true', 'false')"),
            (ContractType.String, _) => Text(),
            _ => Unfit(),
        };

        (CompiledColumn?, string?) Text() => (rules!.Format, kind) switch
        {
            (ContractFormat.Date, ColumnKind.Date) or (ContractFormat.DateTime, ColumnKind.Time) => Same(),
            (ContractFormat.Date, ColumnKind.Time) => To("DATE", $"TRY_CAST({raw} AS DATE)", $"TRY_CAST({raw} AS DATE)::TIMESTAMP = {raw}"),
            (ContractFormat.DateTime, ColumnKind.Date) => To("TIMESTAMP", $"TRY_CAST({raw} AS TIMESTAMP)", null),
            (ContractFormat.Date, ColumnKind.Text) => To(
                "DATE",
                $"TRY_CAST({raw} AS DATE)",
                $"regexp_full_match({raw}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND TRY_CAST({raw} AS DATE) IS NOT NULL"),
            (ContractFormat.DateTime, ColumnKind.Text) => To(
                "TIMESTAMP",
                $"TRY_CAST(TRY_CAST({raw} AS TIMESTAMPTZ) AS TIMESTAMP)",
                $"regexp_matches({raw}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]') AND TRY_CAST({raw} AS TIMESTAMPTZ) IS NOT NULL"),
            (ContractFormat.Date or ContractFormat.DateTime, _) => Unfit(),
            (ContractFormat.Uuid, ColumnKind.Text) => Same($"TRY_CAST({raw} AS UUID) IS NOT NULL"),
            (ContractFormat.Uuid, _) when column.Type == "UUID" => Same(),
            (ContractFormat.Uuid, _) => Unfit(),
            (_, ColumnKind.Text) => Same(),
            _ => To("VARCHAR", $"CAST({raw} AS VARCHAR)", null),
        };
    }

    public static ColumnKind Kind(string type) => type switch
    {
        _ when IsList(type) || type.StartsWith("STRUCT", StringComparison.Ordinal) || type.StartsWith("MAP", StringComparison.Ordinal)
            || type.StartsWith("UNION", StringComparison.Ordinal) => ColumnKind.Nested,
        "VARCHAR" => ColumnKind.Text,
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT"
            or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" =>
            ColumnKind.Whole,
        "FLOAT" or "DOUBLE" => ColumnKind.Double,
        "BOOLEAN" => ColumnKind.Boolean,
        "DATE" => ColumnKind.Date,
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnKind.Decimal,
        _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => ColumnKind.Time,
        _ => ColumnKind.Other,
    };

    private static bool IsList(string type) => type.EndsWith(']');
}
