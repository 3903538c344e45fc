using System.Globalization;
using System.Text.Json;

namespace Progeny.Core.Common;

/// <summary>The text of a value: of a category, a class, an entity or an id, wherever it comes from.</summary>
/// <remarks>
/// What is written keeps its writing: a text, a field of a CSV file, a number in JSON (<c>2.0</c> is not <c>2</c>), a decimal with its
/// scale. What is a binary number has the fewest digits that read back to it, whole numbers without a point.
/// </remarks>
public static class ValueText
{
    /// <summary>The text of a value as feeds and queries carry it: string, bool, long, int, double, float or decimal.</summary>
    public static string Of(object value) => value switch
    {
        string text => text,
        bool truth => Of(truth),
        long number => Of(number),
        double number => Of(number),
        float number => Of(number),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"A {value.GetType().Name} is no value.", nameof(value)),
    };

    public static string Of(bool value) => value ? "true" : "false";

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The text of a value in JSON; null for what has none: null, an object, an array.</summary>
    /// <exception cref="InvalidOperationException">A string is no valid Unicode.</exception>
    public static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        _ => null,
    };
}
