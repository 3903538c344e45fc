using System.Text.Json;
using System.Text.Json.Serialization;

namespace Progeny.Cli.Common;

/// <summary>Figures in a server's answers: null under a name is a figure that is not finite.</summary>
internal sealed class FigureConverter : JsonConverter<double>
{
    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
