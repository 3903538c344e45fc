using System.Buffers.Binary;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Rules;

/// <summary>A prediction as the model output that would have held it.</summary>
internal static class RuledOutput
{
    /// <summary>The tensor by the output's own name, type and rank; a single column of a binary task is the positive class.</summary>
    public static Tensor Write(TensorSpec output, Prediction prediction)
    {
        var onlyPositive = prediction.Classes.Length == 2 && output.Shape is [_] or [_, 1];
        var scores = prediction.Scores.Span;
        var width = onlyPositive ? 1 : prediction.Width;
        var doubles = output.Type == DataType.Fp64;
        var data = new byte[prediction.Rows * width * ElementTypes.BytesOf(output.Type)];
        for (var i = 0; i < prediction.Rows * width; i++)
        {
            var score = onlyPositive ? scores[(2 * i) + 1] : scores[i];
            if (doubles)
                BinaryPrimitives.WriteDoubleLittleEndian(data.AsSpan(i * sizeof(double)), score);
            else
                BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * sizeof(float)), score);
        }

        return new Tensor
        {
            Name = output.Name,
            Type = output.Type,
            Shape = output.Shape.Length == 1 ? [prediction.Rows] : [prediction.Rows, width],
            Data = data,
        };
    }
}
