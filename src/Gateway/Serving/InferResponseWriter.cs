using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving;

namespace Progeny.Gateway.Serving;

/// <summary>Writes an answer as the protocol's inference response.</summary>
internal static class InferResponseWriter
{
    public static async Task WriteAsync(HttpResponse response, string queryId, Answer answer)
    {
        response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteString("model_name"u8, answer.Generation!.Project);
        writer.WriteString("model_version"u8, answer.Generation.Version);
        writer.WriteString("id"u8, queryId);
        writer.WriteStartArray("outputs"u8);
        foreach (var tensor in answer.Outputs)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, tensor.Name);
            TensorWriter.WriteBody(writer, tensor, withData: true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
