using System.Buffers;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;
using static Progeny.Core.Serving.Requests.Protobuf.InferFields;

namespace Progeny.Core.Serving.Requests.Protobuf;

/// <summary>Writes an answer as a <c>ModelInferResponse</c>.</summary>
internal static class InferMessageWriter
{
    /// <param name="queryId">The id of the query.</param>
    /// <param name="answer">An answer without an error.</param>
    /// <param name="isRaw">
    /// Whether the outputs go into <c>raw_output_contents</c>; else into typed contents, where all of their types have such.
    /// </param>
    public static ServedAnswer Write(string queryId, Answer answer, bool isRaw)
    {
        isRaw |= answer.Outputs.Any(output => TensorContents.FieldOf(output.Type) is null);
        var buffer = ResponseBuffer.Rent();
        var project = answer.Project ?? answer.Generation!.Project;
        buffer.WriteText(Model, project);
        buffer.WriteText(InferFields.Version, answer.Generation!.VersionIn(project));
        buffer.WriteText(Id, queryId);
        if (answer.Parts is [{ FallbackFrom: { } from, Why: var why }])
        {
            WriteParameter(buffer, "fallback_from", from);
            WriteParameter(buffer, "fallback_why", why ?? "");
        }

        foreach (var output in answer.Outputs)
            WriteTensor(buffer, output, withContents: !isRaw);
        if (isRaw)
        {
            foreach (var output in answer.Outputs)
                WriteRaw(buffer, output);
        }

        return new ServedAnswer(buffer, InferResponseWriter.RowsOf(answer));
    }

    private static void WriteParameter(IBufferWriter<byte> writer, string name, string value)
    {
        var parameter = WireWriter.SizeOfText(value);
        writer.WriteLength(Parameters, WireWriter.SizeOfText(name) + WireWriter.SizeOfBytes(parameter));
        writer.WriteText(Key, name);
        writer.WriteLength(Value, parameter);
        writer.WriteText(Text, value);
    }

    private static void WriteTensor(IBufferWriter<byte> writer, Tensor output, bool withContents)
    {
        var type = ElementTypes.NameOf(output.Type);
        long shape = 0;
        foreach (var extent in output.Shape)
            shape += WireWriter.SizeOfVarint((ulong)extent);
        var contents = withContents ? TensorContents.SizeOf(output) : 0;
        writer.WriteLength(
            Tensors,
            WireWriter.SizeOfText(output.Name) + WireWriter.SizeOfText(type) + WireWriter.SizeOfBytes(shape)
                + (withContents ? WireWriter.SizeOfBytes(contents) : 0));
        writer.WriteText(TensorName, output.Name);
        writer.WriteText(TensorType, type);
        writer.WriteLength(TensorShape, shape);
        foreach (var extent in output.Shape)
            writer.WriteVarint((ulong)extent);
        if (!withContents)
            return;
        writer.WriteLength(Contents, contents);
        TensorContents.Write(writer, output);
    }

    private static void WriteRaw(IBufferWriter<byte> writer, Tensor output)
    {
        if (output.Type != DataType.Bytes)
        {
            writer.WriteBytes(RawOutputs, output.Data.Span);
            return;
        }

        writer.WriteLength(RawOutputs, BinaryTensors.SizeOf(output));
        BinaryTensors.WriteElements(writer, output.Elements);
    }
}
