using System.Runtime.InteropServices;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;

namespace Progeny.Core.Serving;

/// <summary>
/// Whether a model gives each row the same prediction, to the last bit, alone and among others: only then may queries share a run. Most
/// models do; one that normalizes over its batch, or whose kernels add up in another order for one row than for many, does not.
/// </summary>
public static class BatchProbe
{
    private const int Rows = 33;

    // Kernels differ by how many rows they take at once; these numbers meet full blocks and remainders of 2, 3, 4, 6, 8, 12 and 16.
    private static readonly int[] Sizes = [1, 2, 3, 4, 5, 7, 8, 13, 17, Rows];

    /// <summary>Runs the model on made-up rows in groups of several sizes; a first run is also what a model needs before it is fast.</summary>
    /// <returns>False also where the model fails on such rows, which says nothing about others.</returns>
    public static bool RowsAreIndependent(ModelRunner model, Manifest manifest)
    {
        var random = new Random(manifest.Features.Count);
        var rows = new object?[Rows][];
        for (var row = 0; row < Rows; row++)
            rows[row] = [.. manifest.Features.Select(feature => MakeUp(feature, random))];
        var together = Predict(model, manifest, rows);
        if (together is null)
            return false;
        foreach (var size in Sizes)
        {
            for (var first = 0; first + size <= Rows && first < 2 * size; first += size)
            {
                var some = Predict(model, manifest, rows.AsSpan(first, size));
                if (some is null || !Bits(some.Scores).SequenceEqual(Bits(together.Scores.Slice(first * together.Width, size * together.Width))))
                    return false;
            }
        }

        return true;
    }

    private static ReadOnlySpan<int> Bits(ReadOnlyMemory<float> scores) => MemoryMarshal.Cast<float, int>(scores.Span);

    private static Prediction? Predict(ModelRunner model, Manifest manifest, ReadOnlySpan<object?[]> rows)
    {
        var batch = new FeatureBatchBuilder(manifest.Features, rows.Length);
        foreach (var row in rows)
            batch.Add(row);
        var part = new ModelPart { Rows = batch };
        model.Run([part]);
        return part.Prediction;
    }

    private static object MakeUp(Feature feature, Random random)
    {
        switch (feature.Type)
        {
            case FeatureType.Bool:
                return random.Next(2) == 1;
            case FeatureType.Float or FeatureType.Int:
                var least = feature.Min ?? Math.Min(-2, feature.Max ?? 0);
                var greatest = feature.Max ?? Math.Max(least, 0) + 2;
                var number = least + (random.NextDouble() * (greatest - least));
                return feature.Type == FeatureType.Float ? number : (object)(long)Math.Clamp(Math.Round(number), Math.Ceiling(least), Math.Max(Math.Ceiling(least), Math.Floor(greatest)));
            default:
                return feature.Values is { Count: > 0 } values ? values[random.Next(values.Count)] : "a";
        }
    }
}
