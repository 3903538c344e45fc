using Google.Protobuf;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Tests.Shared;

/// <summary>Writes small ONNX models; the numbers are the field numbers of onnx.proto.</summary>
internal static class OnnxModel
{
    /// <summary>A part of a message.</summary>
    public delegate void Part(CodedOutputStream output);

    /// <summary>One node <c>Identity</c> from <c>x</c> to <c>y</c>.</summary>
    /// <param name="type">The element type of both.</param>
    /// <param name="dimensions">Sizes (numbers) and names of sizes (texts); null for no shape at all.</param>
    /// <param name="more">More fields of the model.</param>
    public static byte[] Identity(TensorElementType type, object[]? dimensions, params Part[] more) =>
        Model(Graph(Node("Identity", ["x"], ["y"]), Input("x", Tensor(type, dimensions)), Output("y", Tensor(type, dimensions))), more);

    public static byte[] Model(Part graph, params Part[] more) =>
        Message([Number(1, 8), graph, Nested(8, Text(1, ""), Number(2, 17)), Nested(8, Text(1, "ai.onnx.ml"), Number(2, 1)), .. more]);

    public static Part Graph(params Part[] parts) => Nested(7, [Text(2, "graph"), .. parts]);

    public static Part Input(string name, Part type) => Nested(11, Text(1, name), type);

    public static Part Output(string name, Part type) => Nested(12, Text(1, name), type);

    public static Part Node(string operation, string[] inputs, string[] outputs, params Part[] attributes) => Nested(
        1, [.. inputs.Select(name => Text(1, name)), .. outputs.Select(name => Text(2, name)), Text(4, operation), .. attributes]);

    public static Part Domain(string domain) => Text(7, domain);

    public static Part Attribute(string name, int type, params Part[] value) => Nested(5, [Text(1, name), .. value, Number(20, type)]);

    /// <summary>A constant of one element, without dimensions.</summary>
    public static Part Constant(string name, TensorElementType type, byte[] bytes) =>
        Nested(5, Number(2, (int)type), Text(8, name), Field(9, bytes));

    public static Part Tensor(TensorElementType type, object[]? dimensions) => Nested(2, TensorType(type, dimensions));

    public static Part TensorType(TensorElementType type, object[]? dimensions) => Nested(
        1, Number(1, (int)type), dimensions is null ? Nothing : Nested(2, [.. dimensions.Select(Dimension)]));

    public static Part Metadata(string key, string value) => Nested(14, Text(1, key), Text(2, value));

    public static Part Text(int field, string text) => output =>
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    };

    public static Part Number(int field, long number) => output =>
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(number);
    };

    public static Part Float(int field, float number) => output =>
    {
        output.WriteTag(field, WireFormat.WireType.Fixed32);
        output.WriteFloat(number);
    };

    public static Part Raw(int field, byte[] bytes) => Field(field, bytes);

    public static Part Nested(int field, params Part[] parts) => Field(field, Message(parts));

    private static void Nothing(CodedOutputStream output)
    {
    }

    private static Part Dimension(object size) => Nested(1, size is string name ? Text(2, name) : Number(1, Convert.ToInt64(size)));

    private static Part Field(int field, byte[] bytes) => output =>
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    };

    private static byte[] Message(params Part[] parts)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true))
        {
            foreach (var part in parts) part(output);
        }

        return memory.ToArray();
    }
}
