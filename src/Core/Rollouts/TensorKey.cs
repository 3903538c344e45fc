using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Queries;

namespace Progeny.Core.Rollouts;

/// <summary>The key of a query by tensors, which one arm answers as a whole.</summary>
public static class TensorKey
{
    /// <summary>The entity named beside the tensors, or the key of the first row; null: the query has none but its id.</summary>
    public static string? Of(InferQuery query, KeyField key)
    {
        if (key.IsEntity && query.Entity is { Length: > 0 } entity)
            return entity;
        if (key.Name is null || query.Inputs.FirstOrDefault(tensor => tensor.Name == key.Name) is not { } tensor
            || tensor.Shape.Contains(0))
            return null;
        return RowSelector.TextOf(First(tensor), key);
    }

    private static object? First(Tensor tensor)
    {
        switch (tensor.Type)
        {
            case DataType.Bytes:
                return TextElements.TryRead(tensor.Elements[0], out var text) ? text : Convert.ToHexStringLower(tensor.Elements[0].Span);
            case DataType.Int64:
                return TensorValues.ReadInt64(tensor, 0);
            default:
                var number = TensorValues.Read(tensor, 0);
                if (double.IsNaN(number))
                    return null;
                return tensor.Type switch
                {
                    DataType.Bool => number != 0,
                    DataType.Fp32 => ShortestDouble.Of((float)number),
                    DataType.Fp16 => ShortestDouble.Of((Half)number),
                    _ => number,
                };
        }
    }
}
