using System.Text.Json;
using System.Text.Json.Serialization;

namespace Progeny.Contracts.Common;

/// <summary>
/// Figures. JSON has no NaN and no infinity: a figure that is not finite (a sum that overflowed, say) is null under its name, and is
/// read as NaN; one that is not known is left out.
/// </summary>
public sealed class FigureConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetDouble(),
        JsonTokenType.Null => double.NaN,
        _ => throw new JsonException(),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}
