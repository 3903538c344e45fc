namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>The types of values of JSON, whose text (<c>"x"</c>, <c>1.5</c>, <c>{}</c>) is what the functions are given.</summary>
internal static class JsonTypes
{
    // A double gives back as many digits.
    private const int ExactDigits = 15;

    /// <summary>What a column of values can be, the narrowest first; the last one takes everything.</summary>
    public static IReadOnlyList<TextType> All { get; } =
    [
        TextType.Integer,
        new(
            "number", "DOUBLE",
            json => $"(json_type({json}) IN ('UBIGINT', 'BIGINT', 'DOUBLE') AND NOT regexp_full_match({json}, "
                + $"'-?\\d{{{ExactDigits + 1},}}'))",
            json => $"TRY_CAST({json} AS DOUBLE)"),
        TextType.Boolean,
        .. TextType.OfStrings.Select(type => new TextType(
            type.Name, type.Type,
            json => $"({IsString(json)} AND {type.Accepts(TextOf(json))})",
            json => type.Cast(TextOf(json)),
            type.IsUniform)),
        new("string", "VARCHAR", IsString, TextOf),
        new("JSON", "JSON", _ => "true", json => $"{json}::JSON"),
    ];

    private static readonly IReadOnlyList<TextType> _withoutTimes =
        [.. All.Where(type => !TextType.OfStrings.Any(time => time.Name == type.Name))];

    /// <summary>What a column of values can be, of the types that a table gives.</summary>
    public static IReadOnlyList<TextType> Of(TableTyping typing) => typing == TableTyping.Exact ? All : _withoutTimes;

    /// <summary>The text of a value: of a string what it says, of all else its JSON.</summary>
    public static string TextOfValue(string json) => $"CASE WHEN {IsString(json)} THEN {TextOf(json)} ELSE {json} END";

    private static string IsString(string json) => $"({json}[1] = '\"')";

    private static string TextOf(string json) => $"({json} ->> '$')";
}
