using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Tests.Queries;

public sealed class TensorWriterTests
{
    [Fact]
    public void Floats_without_a_number_in_JSON_are_texts_and_all_others_come_back_exactly()
    {
        Written(Of(DataType.Fp32, 0.1f, float.NaN, float.PositiveInfinity, -0f))
            .ShouldBe("""{"datatype":"FP32","shape":[4],"data":[0.1,"NaN","Infinity",-0.0]}""");
        Written(Of(DataType.Fp64, -0.0, double.NegativeInfinity, double.Epsilon))
            .ShouldBe("""{"datatype":"FP64","shape":[3],"data":[-0.0,"-Infinity",5E-324]}""");
        Written(Of(DataType.Fp16, Half.NegativeZero, Half.NaN)).ShouldBe("""{"datatype":"FP16","shape":[2],"data":[-0.0,"NaN"]}""");
    }

    [Fact]
    public void Whole_numbers_booleans_and_texts_are_what_they_are()
    {
        Written(Of(DataType.UInt64, ulong.MaxValue, 0UL)).ShouldBe("""{"datatype":"UINT64","shape":[2],"data":[18446744073709551615,0]}""");
        Written(Of(DataType.Int8, sbyte.MinValue, (sbyte)1)).ShouldBe("""{"datatype":"INT8","shape":[2],"data":[-128,1]}""");
        Written(Of<byte>(DataType.Bool, 1, 0)).ShouldBe("""{"datatype":"BOOL","shape":[2],"data":[true,false]}""");
        Written(new Tensor { Name = "t", Type = DataType.Bytes, Shape = [1, 2], Elements = TextElements.Of("", "a\"b") })
            .ShouldBe("""{"datatype":"BYTES","shape":[1,2],"data":["","a\u0022b"]}""");
    }

    [Fact]
    public void Scalar_and_nothing_are_written_by_their_shape()
    {
        Written(new Tensor { Name = "t", Type = DataType.Int32, Shape = [], Data = new byte[4] })
            .ShouldBe("""{"datatype":"INT32","shape":[],"data":[0]}""");
        Written(new Tensor { Name = "t", Type = DataType.Int32, Shape = [0, 3] })
            .ShouldBe("""{"datatype":"INT32","shape":[0,3],"data":[]}""");
        Written(Of(DataType.Int32, 1), withData: false).ShouldBe("""{"datatype":"INT32","shape":[1]}""");
    }

    private static Tensor Of<T>(DataType type, params T[] values)
        where T : unmanaged =>
        new() { Name = "t", Type = type, Shape = [values.Length], Data = MemoryMarshal.AsBytes(values.AsSpan()).ToArray() };

    private static string Written(Tensor tensor, bool withData = true)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            TensorWriter.WriteBody(writer, tensor, withData);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
