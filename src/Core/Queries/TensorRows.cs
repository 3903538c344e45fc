using Progeny.Abstractions.Queries;

namespace Progeny.Core.Queries;

/// <summary>Some rows of a tensor.</summary>
internal static class TensorRows
{
    /// <summary>Whether the first dimension counts the rows.</summary>
    public static bool CountsRows(Tensor tensor, int rows) => tensor.Shape is [var first, ..] && first == rows;

    /// <summary>The rows from one on; the memory is shared.</summary>
    public static Tensor Slice(Tensor tensor, int first, int count)
    {
        var shape = tensor.Shape.SetItem(0, count);
        var all = (int)tensor.Shape[0];
        if (count == all)
            return tensor;
        if (tensor.Type == DataType.Bytes)
        {
            var width = tensor.Elements.Length / all;
            return tensor with { Shape = shape, Elements = [.. tensor.Elements.AsSpan(first * width, count * width)] };
        }

        var bytes = tensor.Data.Length / all;
        return tensor with { Shape = shape, Data = tensor.Data.Slice(first * bytes, count * bytes) };
    }
}
