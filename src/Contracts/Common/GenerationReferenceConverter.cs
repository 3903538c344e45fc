using System.Text.Json;
using System.Text.Json.Serialization;
using Progeny.Abstractions.Releases;

namespace Progeny.Contracts.Common;

/// <summary>Generation references as their text: <c>flights@1.2.0:3</c>.</summary>
public sealed class GenerationReferenceConverter : JsonConverter<GenerationReference>
{
    public override GenerationReference Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return GenerationReference.Parse(reader.GetString() ?? "");
        }
        catch (FormatException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, GenerationReference value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
