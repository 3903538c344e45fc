using System.Text.Json;
using System.Text.RegularExpressions;

namespace Progeny.Core.Training;

/// <summary>Figures by name as trainers write them: JSON, or what Python's <c>json</c> makes of figures that are not finite.</summary>
internal static partial class TrainerFigures
{
    private const int TimeoutMilliseconds = 1_000;

    /// <summary>Parses JSON in which the names NaN, Infinity and -Infinity may stand where numbers may.</summary>
    /// <exception cref="JsonException">It is no JSON in any other way.</exception>
    public static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            var named = NotFinite().Replace(text, found => found.Value[0] == '"' ? found.Value : $"\"{found.Value}\"");
            return JsonDocument.Parse(named);
        }
    }

    /// <summary>The members of an object that are figures; other members are passed over.</summary>
    public static Dictionary<string, double> Read(JsonElement json)
    {
        var figures = new Dictionary<string, double>();
        foreach (var member in json.EnumerateObject())
        {
            if (FigureOf(member.Value) is { } figure)
                figures[member.Name] = figure;
        }

        return figures;
    }

    private static double? FigureOf(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Number)
            return json.GetDouble();
        return json.ValueKind != JsonValueKind.String
            ? null
            : json.GetString() switch
            {
                "NaN" => double.NaN,
                "Infinity" => double.PositiveInfinity,
                "-Infinity" => double.NegativeInfinity,
                _ => null,
            };
    }

    // Texts are matched as a whole, so that a name within one stays as it is.
    [GeneratedRegex(
        """  "(?:[^"\\]|\\.)*" | -?\b(?:NaN|Infinity)\b  """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline,
        TimeoutMilliseconds)]
    private static partial Regex NotFinite();
}
