using Progeny.Core.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Compiles the rules of columns to SQL.</summary>
internal static class RowRules
{
    private const int ValuesShown = 5;

    public static IEnumerable<RowRule> Of(CompiledColumn column)
    {
        if (column.Rules is not { } rules)
            yield break;
        var path = $"properties/{rules.Name}";
        var (raw, value) = (column.Raw, column.Value);
        if (rules.IsRequired)
            yield return new($"required/{rules.Name}", $"{raw} IS NULL", Literal($"{rules.Name} is missing; a value would be right"));
        if (column.Fits is { } fits)
            yield return Wrong(
                rules.Format == ContractFormat.None ? "type" : "format", $"{raw} IS NOT NULL AND NOT ({fits})", Right(rules));
        if (rules.Values is { } values)
        {
            var list = string.Join(", ", values.Select(text => ValueOf(rules.Type!.Value, text)));
            yield return Wrong(
                "enum",
                $"{value} NOT IN ({list})",
                $"is not allowed; one of {string.Join(", ", values.Take(ValuesShown))}{(values.Count > ValuesShown ? " …" : "")}");
        }

        foreach (var (word, bound, comparison, right) in new[]
        {
            ("minimum", rules.Minimum, "<", "at least"),
            ("maximum", rules.Maximum, ">", "at most"),
            ("exclusiveMinimum", rules.ExclusiveMinimum, "<=", "a number above"),
            ("exclusiveMaximum", rules.ExclusiveMaximum, ">=", "a number below"),
        })
        {
            if (bound is { } number)
                yield return Wrong(word, $"{value} {comparison} {Number(number)}", $"is out of range; {right} {number}");
        }

        if (rules.MultipleOf is { } step)
        {
            yield return Wrong(
                "multipleOf",
                $"abs({value} / {Number(step)} - round({value} / {Number(step)})) > 1e-9",
                $"is no multiple; a multiple of {step}");
        }

        if (rules.MinLength is { } shortest)
            yield return Wrong("minLength", $"length({value}) < {shortest}", $"is too short; at least {shortest} characters");
        if (rules.MaxLength is { } longest)
            yield return Wrong("maxLength", $"length({value}) > {longest}", $"is too long; at most {longest} characters");
        if (rules.Pattern is { } pattern)
            yield return Wrong(
                "pattern", $"NOT regexp_matches({Text(column)}, {Literal(pattern)})", $"does not match; the pattern {pattern}");

        RowRule Wrong(string word, string broken, string problem) => new(
            $"{path}/{word}", broken, $"{Literal(rules.Name + ": ")} || {Show(raw)} || {Literal($" {problem} would be right")}");
    }

    /// <summary>A value as a person reads it, cut where it is long.</summary>
    public static string Show(string raw) =>
        $"CASE WHEN length(CAST({raw} AS VARCHAR)) > 60 THEN left(CAST({raw} AS VARCHAR), 60) || '…' ELSE CAST({raw} AS VARCHAR) END";

    public static string Number(ContractNumber number) => number.IsWhole ? number.Text : $"CAST({Literal(number.Text)} AS DOUBLE)";

    private static string Text(CompiledColumn column) => column.Type == "VARCHAR" ? column.Value : $"CAST({column.Value} AS VARCHAR)";

    private static string ValueOf(ContractType type, string text) => type switch
    {
        ContractType.Integer or ContractType.Number => Number(new ContractNumber(text)),
        ContractType.Boolean => text,
        _ => Literal(text),
    };

    private static string Right(ColumnRules rules) => rules switch
    {
        { Format: ContractFormat.Date } => "is no date; a date such as 2026-11-30",
        { Format: ContractFormat.DateTime } => "is no time; a time such as 2026-11-30T12:00:00Z",
        { Format: ContractFormat.Uuid } => "is no UUID; one such as 123e4567-e89b-12d3-a456-426614174000",
        { Type: ContractType.Integer } => "is no integer; a whole number",
        { Type: ContractType.Number } => "is no number; a finite number such as 12.5",
        _ => "is no boolean; true or false",
    };
}
