namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>A type that a column of texts can be given, because it gives every one of them back.</summary>
/// <param name="Name">Of the type and the way in which its values are written.</param>
/// <param name="Type">As DuckDB writes it.</param>
/// <param name="Accepts">The condition for a text that is not NULL.</param>
/// <param name="Cast">The value of a text that is accepted; others may become NULL.</param>
/// <param name="IsUniform">Whether all texts of the column must have one shape: digits and other characters at the same places.</param>
internal sealed record TextType(
    string Name, string Type, Func<string, string> Accepts, Func<string, string> Cast, bool IsUniform = false)
{
    private const string IsoTime = @"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z?";

    /// <summary>Text as it is.</summary>
    public static TextType Text { get; } = new("text", "VARCHAR", _ => "true", text => text);

    /// <summary>Whole numbers of 64 bits as JSON writes them: no sign but minus, no zeros in front.</summary>
    public static TextType Integer { get; } = Exact("integer", "BIGINT", text => text);

    /// <summary>
    /// Numbers in their shortest form: <c>2</c>, <c>1.5</c>. With up to 15 digits a double gives each of them back.
    /// </summary>
    public static TextType ShortNumber { get; } = new(
        "number", "DOUBLE",
        text => $"(regexp_full_match({text}, '-?(0|[1-9]\\d*)(\\.\\d*[1-9])?(e[+-]\\d+)?') AND (TRY_CAST({text} AS DOUBLE)::VARCHAR = "
            + $"{text} "
            + $"OR TRY_CAST({text} AS DOUBLE)::VARCHAR = {text} || '.0' OR regexp_full_match({text}, '-?(\\d\\.?){{1,15}}')))",
        text => $"TRY_CAST({text} AS DOUBLE)");

    /// <summary>Numbers that always have a decimal: <c>2.0</c>, <c>1.5</c>.</summary>
    public static TextType PointedNumber { get; } = new(
        "pointed number", "DOUBLE",
        text => $"(regexp_full_match({text}, '-?(0|[1-9]\\d*)\\.(0|\\d*[1-9])(e[+-]\\d+)?') AND (TRY_CAST({text} AS DOUBLE)::VARCHAR = "
            + $"{text} "
            + $"OR regexp_full_match({text}, '-?(\\d\\.?){{1,15}}')))",
        text => $"TRY_CAST({text} AS DOUBLE)");

    /// <summary>true and false.</summary>
    public static TextType Boolean { get; } = new(
        "boolean", "BOOLEAN", text => $"{text} IN ('true', 'false')", text => $"({text} = 'true')");

    /// <summary>Days: <c>2026-01-31</c>.</summary>
    public static TextType Date { get; } = new(
        "date", "DATE",
        text => $"(regexp_full_match({text}, '\\d{{4}}-\\d\\d-\\d\\d') AND TRY_CAST({text} AS DATE) IS NOT NULL)",
        text => $"TRY_CAST({text} AS DATE)");

    /// <summary>Times with a blank: <c>2026-01-31 12:00:00</c>, with or without decimals of seconds.</summary>
    public static TextType Time { get; } = Exact("time", "TIMESTAMP", text => text, "IsTime");

    /// <summary>Times with a T, the decimals of seconds as short as they can be.</summary>
    public static TextType IsoLocal { get; } = new(
        "ISO time", "TIMESTAMP",
        text => $"(regexp_full_match({text}, '{IsoTime}') AND TRY_CAST(replace({text}, 'T', ' ') AS TIMESTAMP)::VARCHAR = replace({text}, "
            + "'T', ' ') "
            + $"AND substr({text}, 11, 1) = 'T')",
        text => $"TRY_CAST(replace({text}, 'T', ' ') AS TIMESTAMP)");

    /// <summary>Times in UTC: <c>2026-01-31T12:00:00Z</c>, the decimals of seconds as short as they can be.</summary>
    public static TextType IsoUtc { get; } = new(
        "ISO time in UTC", "TIMESTAMP WITH TIME ZONE",
        text => $"(regexp_full_match({text}, '{IsoTime}') AND TRY_CAST(replace({text}, 'T', ' ')[:-2] AS TIMESTAMP)::VARCHAR || 'Z' = "
            + $"replace({text}, 'T', ' ') AND substr({text}, 11, 1) = 'T')",
        text => $"TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE)");

    /// <summary>Times that are all written with the same parts.</summary>
    public static TextType UniformTime { get; } = new(
        "uniform time", "TIMESTAMP",
        text => $"(regexp_full_match({text}, '{IsoTime}') AND {text}[-1:] <> 'Z' AND TRY_CAST({text} AS TIMESTAMP) IS NOT NULL)",
        text => $"TRY_CAST({text} AS TIMESTAMP)",
        IsUniform: true);

    /// <summary>Times in UTC that are all written with the same parts.</summary>
    public static TextType UniformUtc { get; } = new(
        "uniform time in UTC", "TIMESTAMP WITH TIME ZONE",
        text => $"(regexp_full_match({text}, '{IsoTime}') AND {text}[-1:] = 'Z' AND TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE) IS NOT "
            + "NULL)",
        text => $"TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE)",
        IsUniform: true);

    /// <summary>Numbers as JSON writes them, unless a double loses digits of a whole number.</summary>
    public static TextType AnyNumber { get; } = new(
        "any number", "DOUBLE",
        text => $"(regexp_full_match({text}, '-?(0|[1-9]\\d{{0,14}}|(0|[1-9]\\d*)(\\.\\d+([eE][+-]?\\d+)?|[eE][+-]?\\d+))') "
            + $"AND isfinite(TRY_CAST({text} AS DOUBLE)))",
        text => $"TRY_CAST({text} AS DOUBLE)");

    private static readonly IReadOnlyList<TextType> _written =
    [
        Integer, .. Enumerable.Range(2, 5).Select(decimals => FixedDecimal(decimals, 18)), ShortNumber, PointedNumber,
        .. Enumerable.Range(1, 18).Select(decimals => FixedDecimal(decimals, 38)),
        Boolean, Date,
    ];

    private static readonly IReadOnlyList<TextType> _exact = [.. _written, Time, IsoLocal, IsoUtc, UniformTime, UniformUtc];
    private static readonly IReadOnlyList<TextType> _numbers = [Integer, AnyNumber];

    /// <summary>What the fields of CSV files can be, the narrowest first.</summary>
    public static IReadOnlyList<TextType> OfFields(TableTyping typing) => typing switch
    {
        TableTyping.Written => _written,
        TableTyping.Numbers => _numbers,
        _ => _exact,
    };

    /// <summary>What the strings of JSON files can be: that they are no numbers is said.</summary>
    public static IReadOnlyList<TextType> OfStrings { get; } = [Date, Time, IsoLocal, IsoUtc, UniformTime, UniformUtc];

    /// <summary>Numbers that all have so many decimals.</summary>
    public static TextType FixedDecimal(int decimals, int digits)
    {
        // Minus zero has no decimal.
        var whole = digits - decimals;
        return new TextType(
            $"{decimals} decimals of {digits} digits", $"DECIMAL({digits},{decimals})",
            text => $"(regexp_full_match({text}, '-?(0|[1-9]\\d{{0,{whole - 1}}})\\.\\d{{{decimals}}}') AND NOT regexp_full_match({text}, "
                + "'-[0.]+'))",
            text => $"TRY_CAST({text} AS DECIMAL({digits},{decimals}))");
    }

    /// <summary>The shape of a text, which uniform types have all of.</summary>
    public static string Shape(string text) => $"regexp_replace({text}, '\\d', '0', 'g')";

    private static TextType Exact(string name, string type, Func<string, string> inner, string? kind = null) => new(
        name, type,
        text => kind is null
            ? $"(TRY_CAST({inner(text)} AS {type})::VARCHAR = {text}) IS TRUE"
            : $"(regexp_full_match({text}, '{IsoTime}') AND (TRY_CAST({inner(text)} AS {type})::VARCHAR = {text}) IS TRUE)",
        text => $"TRY_CAST({inner(text)} AS {type})");
}
