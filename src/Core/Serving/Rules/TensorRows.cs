using Progeny.Abstractions.Serving;

namespace Progeny.Core.Serving;

/// <summary>Some rows of a tensor.</summary>
internal static class TensorRows
{
    /// <summary>A tensor of the rows named, in that order; the first dimension counts the rows.</summary>
    public static Tensor Take(Tensor tensor, ReadOnlySpan<int> rows)
    {
        var shape = tensor.Shape.SetItem(0, rows.Length);
        var all = (int)tensor.Shape[0];
        if (tensor.Type == DataType.Bytes)
        {
            var width = tensor.Strings.Length / all;
            var strings = new string[rows.Length * width];
            for (var i = 0; i < rows.Length; i++)
                tensor.Strings.AsSpan(rows[i] * width, width).CopyTo(strings.AsSpan(i * width));
            return tensor with { Shape = shape, Strings = [.. strings] };
        }

        var bytes = tensor.Data.Length / all;
        var data = new byte[rows.Length * bytes];
        for (var i = 0; i < rows.Length; i++)
            tensor.Data.Span.Slice(rows[i] * bytes, bytes).CopyTo(data.AsSpan(i * bytes));
        return tensor with { Shape = shape, Data = data };
    }
}
