using System.Text;

namespace Progeny.Gateway.Tests.Releases;

/// <summary>The smallest ONNX model: its output <c>value</c> is its input <c>x</c>, a column of floats.</summary>
internal static class EchoModel
{
    /// <summary>The model in ONNX's protocol-buffer format (onnx.proto: field numbers below).</summary>
    /// <param name="operation">What the output is of the input: <c>Sqrt</c> fails below 0.</param>
    public static byte[] ToBytes(string operation = "Identity")
    {
        const int float32 = 1;
        byte[] shape = [.. Message(1, Text(2, "rows")), .. Message(1, Number(1, 1))];
        byte[] type = Message(1, [.. Number(1, float32), .. Message(2, shape)]);
        byte[] node = [.. Text(1, "x"), .. Text(2, "value"), .. Text(4, operation)];
        byte[] graph = [
            .. Message(1, node),
            .. Text(2, "echo"),
            .. Message(11, [.. Text(1, "x"), .. Message(2, type)]),
            .. Message(12, [.. Text(1, "value"), .. Message(2, type)]),
        ];
        return [.. Number(1, 8), .. Message(7, graph), .. Message(8, Number(2, 13))];
    }

    private static byte[] Number(int field, byte value) => [(byte)(field << 3), value];

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] contents) => [(byte)((field << 3) | 2), checked((byte)contents.Length), .. contents];
}
