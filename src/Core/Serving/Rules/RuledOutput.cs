using System.Runtime.InteropServices;
using Progeny.Abstractions.Serving;

namespace Progeny.Core.Serving;

/// <summary>A prediction as the model output that would have held it.</summary>
internal static class RuledOutput
{
    /// <summary>The tensor by the output's own name, type and rank; a single column of a binary task is the positive class.</summary>
    public static Tensor Write(TensorSpec output, Prediction prediction)
    {
        var onlyPositive = prediction.Classes.Length == 2 && output.Shape is [_] or [_, 1];
        var scores = prediction.Scores.Span;
        var width = onlyPositive ? 1 : prediction.Width;
        var values = new float[prediction.Rows * width];
        for (var i = 0; i < values.Length; i++)
            values[i] = onlyPositive ? scores[(2 * i) + 1] : scores[i];
        var tensor = new Tensor
        {
            Name = output.Name,
            Type = DataType.Fp32,
            Shape = output.Shape.Length == 1 ? [prediction.Rows] : [prediction.Rows, width],
            Data = MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        };
        return TensorValues.Convert(tensor, output.Type);
    }
}
