using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Requests;

/// <summary>Writes an answer as the protocol's inference response.</summary>
internal static class InferResponseWriter
{
    /// <summary>Why an answer cannot be written as it is wanted; null: it can.</summary>
    private static ServingError? Problem(Answer answer, BinaryOutputs binary)
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
                        $"Element {i} of output '{output.Name}' is no valid UTF-8, which JSON cannot hold; ask for it in binary "
                            + "(outputs[].parameters.binary_data: true).");
                }
            }
        }

        return null;
    }

    /// <summary>The response: JSON, and behind it the bytes of the outputs that are wanted in binary.</summary>
    public static ServedAnswer Write(string queryId, Answer answer, BinaryOutputs binary)
    {
        if (Problem(answer, binary) is { } problem)
            return new ServedAnswer(problem);
        var buffer = ResponseBuffer.Rent();
        WriteJson(buffer.Json, queryId, answer, binary);
        buffer.Json.Flush();
        var outputs = answer.Outputs.Where(output => binary.Wants(output.Name)).ToList();
        if (outputs.Count == 0)
            return new ServedAnswer(buffer, RowsOf(answer));
        var jsonLength = buffer.Written.Length;
        foreach (var output in outputs)
        {
            if (output.Type == DataType.Bytes)
                BinaryTensors.WriteElements(buffer, output.Elements);
            else
                buffer.Write(output.Data.Span);
        }

        return new ServedAnswer(buffer, RowsOf(answer), jsonLength);
    }

    /// <summary>The first extent of the outputs; an output without one is a single row.</summary>
    internal static int RowsOf(Answer answer)
    {
        long rows = 1;
        foreach (var output in answer.Outputs)
            rows = Math.Max(rows, output.Shape.IsEmpty ? 1 : output.Shape[0]);
        return (int)Math.Min(rows, int.MaxValue);
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
