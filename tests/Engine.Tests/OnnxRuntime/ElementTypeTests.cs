using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Engine.Tests.OnnxRuntime;

public sealed class ElementTypeTests
{
    [Fact]
    public void Run_when_elements_are_bool_then_gives_them_back() => RoundTrip(TensorElementType.Bool, [true, false, true]);

    [Fact]
    public void Run_when_elements_are_int8_then_gives_them_back() => RoundTrip<sbyte>(TensorElementType.Int8, [sbyte.MinValue, 0, sbyte.MaxValue]);

    [Fact]
    public void Run_when_elements_are_int16_then_gives_them_back() => RoundTrip<short>(TensorElementType.Int16, [short.MinValue, 0, short.MaxValue]);

    [Fact]
    public void Run_when_elements_are_int32_then_gives_them_back() => RoundTrip(TensorElementType.Int32, [int.MinValue, 0, int.MaxValue]);

    [Fact]
    public void Run_when_elements_are_int64_then_gives_them_back() => RoundTrip(TensorElementType.Int64, [long.MinValue, 0, long.MaxValue]);

    [Fact]
    public void Run_when_elements_are_uint8_then_gives_them_back() => RoundTrip<byte>(TensorElementType.UInt8, [0, 1, byte.MaxValue]);

    [Fact]
    public void Run_when_elements_are_uint16_then_gives_them_back() => RoundTrip<ushort>(TensorElementType.UInt16, [0, 1, ushort.MaxValue]);

    [Fact]
    public void Run_when_elements_are_uint32_then_gives_them_back() => RoundTrip<uint>(TensorElementType.UInt32, [0, 1, uint.MaxValue]);

    [Fact]
    public void Run_when_elements_are_uint64_then_gives_them_back() => RoundTrip<ulong>(TensorElementType.UInt64, [0, 1, ulong.MaxValue]);

    [Fact]
    public void Run_when_elements_are_float_then_gives_them_back() =>
        RoundTrip(TensorElementType.Float, [float.MinValue, float.NaN, float.Epsilon, float.NegativeInfinity]);

    [Fact]
    public void Run_when_elements_are_double_then_gives_them_back() =>
        RoundTrip(TensorElementType.Double, [double.MinValue, double.NaN, double.Epsilon, double.NegativeInfinity]);

    [Fact]
    public void Run_when_elements_are_float16_then_gives_them_back() =>
        RoundTrip(TensorElementType.Float16, [(Float16)1.5f, (Float16)(-65504f), new Float16(1), (Float16)float.PositiveInfinity]);

    [Fact]
    public void Run_when_elements_are_bfloat16_then_gives_them_back() =>
        RoundTrip(TensorElementType.BFloat16, [(BFloat16)1.5f, (BFloat16)(-1e30f), new BFloat16(1), (BFloat16)float.PositiveInfinity]);

    [Theory]
    [InlineData(0f, 0x0000)]
    [InlineData(1f, 0x3C00)]
    [InlineData(-2.5f, 0xC100)]
    [InlineData(65504f, 0x7BFF)]
    [InlineData(1e6f, 0x7C00)]
    [InlineData(0.1f, 0x2E66)]
    public void Float16_when_made_from_a_float_then_is_the_nearest_half(float value, int bits)
    {
        ((Float16)value).value.ShouldBe((ushort)bits);
        new Float16((ushort)bits).ToFloat().ShouldBe((float)(Half)value);
    }

    [Theory]
    [InlineData(0f, 0x0000)]
    [InlineData(1f, 0x3F80)]
    [InlineData(-2.5f, 0xC020)]
    [InlineData(3.1415927f, 0x4049)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    public void BFloat16_when_made_from_a_float_then_rounds_to_nearest_even(float value, int bits)
    {
        ((BFloat16)value).value.ShouldBe((ushort)bits);
        ((float)new BFloat16((ushort)bits)).ShouldBe(BitConverter.Int32BitsToSingle(bits << 16));
    }

    [Fact]
    public void Narrow_floats_when_made_from_nan_then_stay_so()
    {
        float.IsNaN(((Float16)float.NaN).ToFloat()).ShouldBeTrue();
        float.IsNaN(((BFloat16)float.NaN).ToFloat()).ShouldBeTrue();
        BFloat16.IsNaN((BFloat16)BitConverter.Int32BitsToSingle(0x7F800001)).ShouldBeTrue();
    }

    [Fact]
    public void Narrow_floats_when_compared_then_follow_their_numbers()
    {
        ((Float16)(-1f) < (Float16)0.5f).ShouldBeTrue();
        ((Float16)1f == (Float16)1f).ShouldBeTrue();
        var none = new Float16(0x7E00);
        (none == new Float16(0x7E00)).ShouldBeFalse();
        none.Equals(new Float16(0x7E00)).ShouldBeTrue();
        ((BFloat16)(-1f)).CompareTo((BFloat16)0.5f).ShouldBeLessThan(0);
        ((BFloat16)2f).Equals((BFloat16)2f).ShouldBeTrue();
    }

    private static void RoundTrip<T>(TensorElementType type, T[] elements)
        where T : unmanaged
    {
        using var session = new InferenceSession(OnnxModel.Identity(type, ["n"]));
        session.InputMetadata["x"].ElementDataType.ShouldBe(type);
        session.InputMetadata["x"].ElementType.ShouldBe(typeof(T));
        using var options = new RunOptions();
        var given = elements.ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(given, [given.Length]);

        Check(elements);

        // The tensor is the array, not a copy of it: what is written to either is seen by both and by the next run.
        Array.Reverse(given);
        Check([.. elements.Reverse()]);
        elements.CopyTo(input.GetTensorMutableDataAsSpan<T>());
        Bytes(given).ShouldBe(Bytes(elements));

        void Check(T[] expected)
        {
            using var outputs = session.Run(options, ["x"], [input], ["y"]);
            outputs.Count.ShouldBe(1);
            outputs[0].IsTensor.ShouldBeTrue();
            outputs[0].OnnxType.ShouldBe(OnnxValueType.ONNX_TYPE_TENSOR);
            var info = outputs[0].GetTensorTypeAndShape();
            info.ElementDataType.ShouldBe(type);
            info.Shape.ShouldBe([expected.Length]);
            info.ElementCount.ShouldBe(expected.Length);
            Bytes(outputs[0].GetTensorDataAsSpan<T>()).ShouldBe(Bytes(expected));
            outputs[0].GetTensorMutableRawData().ToArray().ShouldBe(Bytes(expected));
            outputs[0].GetTensorSizeInBytes().ShouldBe(Bytes(expected).Length);
        }
    }

    // Bytes, so that a NaN equals itself.
    private static byte[] Bytes<T>(ReadOnlySpan<T> elements)
        where T : unmanaged => MemoryMarshal.AsBytes(elements).ToArray();

    private static byte[] Bytes<T>(T[] elements)
        where T : unmanaged => Bytes<T>(elements.AsSpan());
}
