using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;

namespace Progeny.Gateway.Serving;

/// <summary>Writes an answer as the protocol's inference response.</summary>
internal static class InferResponseWriter
{
    /// <summary>Why an answer cannot be written as it is wanted; null: it can.</summary>
    public static ServingError? Problem(Answer answer, BinaryOutputs binary)
    {
        foreach (var output in answer.Outputs)
        {
            if (output.Type != DataType.Bytes || binary.Wants(output.Name))
                continue;
            for (var i = 0; i < output.Elements.Length; i++)
            {
                if (!Utf8.IsValid(output.Elements[i].Span))
                {
                    return new ServingError(
                        ServingErrorKind.InvalidQuery,
                        $"Element {i} of output '{output.Name}' is no valid UTF-8, which JSON cannot hold; ask for it in binary (outputs[].parameters.binary_data: true).");
                }
            }
        }

        return null;
    }

    public static async Task WriteAsync(HttpResponse response, string queryId, Answer answer, BinaryOutputs binary)
    {
        if (answer.Outputs.Any(output => binary.Wants(output.Name)))
        {
            await WriteBinaryAsync(response, queryId, answer, binary);
            return;
        }

        response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(response.BodyWriter);
        WriteJson(writer, queryId, answer, binary);
    }

    /// <summary>The JSON, and behind it the bytes of the outputs that are wanted so, from the tensors' own memory.</summary>
    private static async Task WriteBinaryAsync(HttpResponse response, string queryId, Answer answer, BinaryOutputs binary)
    {
        var json = new ArrayBufferWriter<byte>(1024);
        await using (var writer = new Utf8JsonWriter(json))
            WriteJson(writer, queryId, answer, binary);

        var outputs = answer.Outputs.Where(output => binary.Wants(output.Name)).ToList();
        response.ContentType = "application/octet-stream";
        response.ContentLength = json.WrittenCount + outputs.Sum(BinaryTensors.SizeOf);
        response.Headers[BinaryPart.Header] = json.WrittenCount.ToString(CultureInfo.InvariantCulture);
        var aborted = response.HttpContext.RequestAborted;
        await response.BodyWriter.WriteAsync(json.WrittenMemory, aborted);
        foreach (var output in outputs)
        {
            if (output.Type == DataType.Bytes)
            {
                BinaryTensors.WriteElements(response.BodyWriter, output.Elements);
                await response.BodyWriter.FlushAsync(aborted);
            }
            else
            {
                await response.BodyWriter.WriteAsync(output.Data, aborted);
            }
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, string queryId, Answer answer, BinaryOutputs binary)
    {
        writer.WriteStartObject();
        var project = answer.Project ?? answer.Generation!.Project;
        writer.WriteString("model_name"u8, project);
        writer.WriteString("model_version"u8, answer.Generation!.VersionIn(project));
        writer.WriteString("id"u8, queryId);
        if (answer.Parts is [{ FallbackFrom: { } from, Why: var why }])
        {
            writer.WriteStartObject("parameters"u8);
            writer.WriteString("fallback_from"u8, from);
            writer.WriteString("fallback_why"u8, why);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("outputs"u8);
        foreach (var tensor in answer.Outputs)
        {
            var inBinary = binary.Wants(tensor.Name);
            writer.WriteStartObject();
            writer.WriteString("name"u8, tensor.Name);
            TensorWriter.WriteBody(writer, tensor, withData: !inBinary);
            if (inBinary)
            {
                writer.WriteStartObject("parameters"u8);
                writer.WriteNumber("binary_data_size"u8, BinaryTensors.SizeOf(tensor));
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
