using System.Text.Json;
using System.Text.Json.Serialization;

namespace Progeny.Gateway.Common;

/// <summary>
/// Numbers in answers. JSON has no NaN and no infinity: a figure that is not finite (a sum that overflowed, say) is null under its name, and
/// one that is not known is left out.
/// </summary>
internal sealed class FigureConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}
