namespace Progeny.Core.Datasets.Rows;

/// <summary>
/// The type of a column when rows are appended: a text of JSON is a text, whatever it looks like; a column that has a type keeps it
/// where all new
/// values have it exactly; else it becomes the next wider type that holds old and new values exactly, at last VARCHAR.
/// </summary>
public sealed record ColumnTyping
{
    private const string Text = "VARCHAR";
    private const string Json = "JSON";
    private const string Double = "DOUBLE";
    private const string BigInt = "BIGINT";
    private const ValueKinds WholeKinds = ValueKinds.Whole | ValueKinds.Large;
    private const ValueKinds DoubleKinds = ValueKinds.Whole | ValueKinds.Number;
    private const ValueKinds NumberKinds = WholeKinds | ValueKinds.Number | ValueKinds.Wide;

    private static readonly HashSet<string> _smallWholes = ["TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"];
    private static readonly HashSet<string> _read = ["DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID"];

    /// <summary>The type that is wanted.</summary>
    public required string Type { get; init; }

    /// <summary>How the values are held before.</summary>
    public required StagedAs Staged { get; init; }

    /// <summary>
    /// The condition that all new values must meet for <see cref="Type"/>, in SQL over <c>value</c>; null: they do.
    /// </summary>
    public string? Condition { get; init; }

    /// <summary>Whether the values that the column has must be held exactly by a DOUBLE for <see cref="Type"/>.</summary>
    public bool NeedsExact { get; init; }

    /// <summary>The type where one of both is not so.</summary>
    public string Fallback { get; init; } = Text;

    /// <summary>The typing of a column.</summary>
    /// <param name="existing">The type that it has; null: it is new.</param>
    /// <param name="kinds">The kinds of its new values.</param>
    public static ColumnTyping Of(string? existing, ValueKinds kinds)
    {
        if (existing is null)
            return OfNew(kinds);
        if (kinds == ValueKinds.None)
            return Sure(existing, StagedAs.Text);
        if (IsNested(existing))
            return kinds == ValueKinds.Nested ? Sure(Json, StagedAs.Json) : Sure(Text, StagedAs.Text);
        if (existing == Json)
            return Sure(Json, StagedAs.Json);
        if (existing == "BOOLEAN" && kinds == ValueKinds.Boolean)
            return Sure(existing, StagedAs.Boolean);
        if (existing is Double or "FLOAT" && Within(kinds, DoubleKinds))
            return Sure(Double, StagedAs.Number);
        if (existing == BigInt && Within(kinds, WholeKinds))
            return Sure(existing, StagedAs.Whole);
        if (_smallWholes.Contains(existing))
            return OfSmallWhole(existing, kinds);
        if (existing is BigInt or "UBIGINT" && Within(kinds, DoubleKinds) && kinds.HasFlag(ValueKinds.Number))
            return new ColumnTyping { Type = Double, Staged = StagedAs.Text, NeedsExact = true };
        if (existing == "UBIGINT" && Within(kinds, NumberKinds))
            return Checked(existing, "regexp_full_match(value, '[0-9]+') AND TRY_CAST(value AS UBIGINT) IS NOT NULL");
        if (existing.StartsWith("DECIMAL", StringComparison.Ordinal) && Within(kinds, NumberKinds))
            return OfDecimal(existing);
        return _read.Contains(existing) && kinds == ValueKinds.Text ? OfRead(existing) : Sure(Text, StagedAs.Text);
    }

    /// <summary>SQL for the values that a column has, as another type.</summary>
    /// <param name="column">The column, as SQL writes it.</param>
    /// <param name="existing">The type that it has; null: there is no such column, and its values are NULL.</param>
    public static string Cast(string column, string? existing, string type)
    {
        if (existing is null)
            return $"CAST(NULL AS {type})";
        return !IsNested(existing) || existing == type ? $"CAST({column} AS {type})"
            : type == Json ? $"to_json({column})" : $"CAST(to_json({column}) AS {type})";
    }

    private static ColumnTyping OfNew(ValueKinds kinds) => kinds switch
    {
        ValueKinds.Boolean => Sure("BOOLEAN", StagedAs.Boolean),
        ValueKinds.Nested => Sure(Json, StagedAs.Json),
        ValueKinds.None => Sure(Text, StagedAs.Text),
        _ when Within(kinds, WholeKinds) => Sure(BigInt, StagedAs.Whole),
        _ when Within(kinds, DoubleKinds) => Sure(Double, StagedAs.Number),
        _ => Sure(Text, StagedAs.Text),
    };

    private static ColumnTyping OfSmallWhole(string existing, ValueKinds kinds)
    {
        if (Within(kinds, WholeKinds))
            return Checked(existing, $"TRY_CAST(value AS {existing}) IS NOT NULL") with { Fallback = BigInt };
        return Within(kinds, DoubleKinds) ? Sure(Double, StagedAs.Text) : Sure(Text, StagedAs.Text);
    }

    private static ColumnTyping OfDecimal(string existing)
    {
        var scale = existing[(existing.IndexOf(',', StringComparison.Ordinal) + 1)..].TrimEnd(')');
        return Checked(
            existing, $"regexp_full_match(value, '-?[0-9]+(\\.[0-9]{{1,{scale}}}0*)?') AND TRY_CAST(value AS {existing}) IS NOT NULL");
    }

    private static ColumnTyping OfRead(string existing) => Checked(
        existing,
        existing switch
        {
            // A time behind a date, and more than microseconds, would be lost.
            "DATE" => "TRY_CAST(value AS DATE) IS NOT NULL AND regexp_full_match(value, '[0-9]{4}-[0-9]{2}-[0-9]{2}')",
            "UUID" => "TRY_CAST(value AS UUID) IS NOT NULL",
            _ => $"TRY_CAST(value AS {existing}) IS NOT NULL AND NOT regexp_matches(value, '\\.[0-9]{{7,}}')",
        });

    private static ColumnTyping Sure(string type, StagedAs staged) => new() { Type = type, Staged = staged };

    private static ColumnTyping Checked(string type, string condition) =>
        new() { Type = type, Staged = StagedAs.Text, Condition = condition };

    private static bool Within(ValueKinds kinds, ValueKinds all) => (kinds & ~all) == 0;

    private static bool IsNested(string type) =>
        type.EndsWith(']') || type.StartsWith("STRUCT", StringComparison.Ordinal) || type.StartsWith("MAP", StringComparison.Ordinal)
        || type.StartsWith("UNION", StringComparison.Ordinal);
}
