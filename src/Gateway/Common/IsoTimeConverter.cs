using System.Text.Json;
using System.Text.Json.Serialization;
using Progeny.Core.Common;

namespace Progeny.Gateway.Common;

/// <summary>Times in bodies: ISO 8601, and UTC where they name no zone, whatever zone this machine is in.</summary>
internal sealed class IsoTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && IsoTime.TryParse(reader.GetString(), out var time)
            ? time
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
