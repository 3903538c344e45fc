using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Tests.Queries;

public sealed class BinaryTensorsTests
{
    [Theory]
    [InlineData(DataType.Fp32, 4, 0)]
    [InlineData(DataType.Fp64, 8, 4)]
    [InlineData(DataType.Fp32, 4, 3)]
    [InlineData(DataType.UInt8, 1, 3)]
    public void Bytes_are_not_copied(DataType type, int width, int offset)
    {
        var body = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        var (tensor, error) = BinaryTensors.Read("x", type, [3], body.AsMemory(offset, 3 * width));
        error.ShouldBeNull();
        tensor!.Data.ToArray().ShouldBe(body[offset..(offset + (3 * width))]);
        MemoryMarshal.TryGetArray(tensor.Data, out var segment).ShouldBeTrue();
        (ReferenceEquals(segment.Array, body), segment.Offset).ShouldBe((true, offset));
    }

    [Fact]
    public void Strings_survive_the_way_there_and_back()
    {
        ImmutableArray<ReadOnlyMemory<byte>> elements =
            [.. TextElements.Of("", "a", "\u00e4\u65e5\ud83d\ude00", new('x', 100_000), "\0"), new byte[] { 0xff, 0, 0xc3 }];
        var writer = new ArrayBufferWriter<byte>();
        BinaryTensors.WriteElements(writer, elements);
        var (tensor, error) = BinaryTensors.Read("x", DataType.Bytes, [6, 1], writer.WrittenMemory);
        error.ShouldBeNull();
        tensor!.Elements.Select(element => Convert.ToHexString(element.Span))
            .ShouldBe(elements.Select(element => Convert.ToHexString(element.Span)));
        BinaryTensors.SizeOf(tensor).ShouldBe(writer.WrittenCount);
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 65, 1 }, "Input 'x' has 6 bytes of binary data; the 1 elements of its shape [1] take 5.")]
    [InlineData(
        new byte[] { 1, 0, 0 },
        "Input 'x' has 3 bytes of binary data; its shape [1] asks for 1 elements, each with its length in 4 bytes before it.")]
    [InlineData(
        new byte[] { 255, 255, 255, 127, 65 },
        "Element 0 of input 'x' says that it has 2147483647 bytes; 1 of the 5 bytes of binary data are left.")]
    public void Strings_that_do_not_fit_are_told_apart(byte[] data, string message) =>
        BinaryTensors.Read("x", DataType.Bytes, [1], data).Error.ShouldBe(message);

    [Fact]
    public void String_without_its_length_is_named() =>
        BinaryTensors.Read("x", DataType.Bytes, [2], new byte[] { 3, 0, 0, 0, 65, 66, 67, 1 }).Error
            .ShouldBe("Element 1 of input 'x' has no length: 1 of the 8 bytes of binary data are left, and a length takes 4.");
}
