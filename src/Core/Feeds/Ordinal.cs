using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Progeny.Core.Common;

namespace Progeny.Core.Feeds;

/// <summary>One value of a project's ordinal column: a whole number, a number or a text (times are ISO 8601 texts).</summary>
/// <remarks>In JSON it is a number or a string, and comes back as what it was.</remarks>
[JsonConverter(typeof(OrdinalJsonConverter))]
public readonly record struct Ordinal
{
    private readonly object? _value;

    private Ordinal(object value) => _value = value;

    /// <summary>A long, a double or a string, as a feed's parameter takes it.</summary>
    public object Value => _value ?? 0L;

    /// <summary>The ordinal of a feed's value.</summary>
    /// <exception cref="FormatException">The value is null, not finite, or neither a number nor a text.</exception>
    public static Ordinal From(object? value) => value switch
    {
        long or string => new(value),
        int number => new((long)number),
        double number when double.IsFinite(number) => new(value),
        float number when float.IsFinite(number) => new((double)number),
        decimal number when IsExact(number) => decimal.IsInteger(number) ? new((long)number) : new((double)number),
        _ => throw new FormatException(
            $"{(value is null ? "null" : ValueText.Of(value))} is no ordinal; a number of at most 64 bits or a text would be right"),
    };

    /// <summary>Whether a decimal loses nothing as an ordinal.</summary>
    internal static bool IsExact(decimal number) =>
        number is >= long.MinValue and <= long.MaxValue && (decimal.IsInteger(number) || number == (decimal)(double)number);

    /// <summary>The ordinal that a person wrote: a number where it reads as one, a text otherwise.</summary>
    public static Ordinal Parse(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? new(whole)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? new(number)
        : new(text);

    /// <summary>The value as text, numbers in a form that reads back to the same number.</summary>
    public override string ToString() => ValueText.Of(Value);

    private sealed class OrdinalJsonConverter : JsonConverter<Ordinal>
    {
        public override Ordinal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
        {
            JsonTokenType.String => new(reader.GetString()!),
            JsonTokenType.Number when reader.TryGetInt64(out var whole) && !reader.ValueSpan.ContainsAny(".eE"u8) => new(whole),
            JsonTokenType.Number => new(reader.GetDouble()),
            _ => throw new JsonException($"An ordinal is a number or a string, not {reader.TokenType}."),
        };

        public override void Write(Utf8JsonWriter writer, Ordinal value, JsonSerializerOptions options)
        {
            switch (value.Value)
            {
                case long whole:
                    writer.WriteNumberValue(whole);
                    break;
                case double number:
                    // A whole double keeps its point, so that it does not come back as a long.
                    var digits = number.ToString("R", CultureInfo.InvariantCulture);
                    writer.WriteRawValue(digits.AsSpan().ContainsAny(".E") ? digits : digits + ".0");
                    break;
                case var text:
                    writer.WriteStringValue((string)text);
                    break;
            }
        }
    }
}
