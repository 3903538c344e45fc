using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// Whether a model gives each row the same answer, to the last bit, alone and among others: only then may queries share a run. Most
/// models do; one that normalizes over its batch, or whose kernels add up in another order for one row than for many, does not.
/// </summary>
public static class BatchProbe
{
    private const int Rows = 33;
    private const int RowsForOutputs = 17;

    // Kernels differ by how many rows they take at once; these numbers meet full blocks and remainders of 2, 3, 4, 6, 8, 12 and 16.
    private static readonly int[] Sizes = [2, 3, 4, 5, 7, 8, 13, 17, 33];

    /// <summary>
    /// Whether the prediction of a row is the same in any company: made-up rows run each alone, in groups of several sizes, and in a long
    /// run. A first run is also what a model needs before it is fast.
    /// </summary>
    /// <returns>False also where the model fails on such rows, which says nothing about others.</returns>
    public static bool RowsAreIndependent(ModelRunner model, Manifest manifest) => AreIndependent(model, manifest, Rows, []);

    /// <summary>
    /// The same of all raw outputs, for a model whose predictions are independent; false also where one does not have as many rows as the
    /// input.
    /// </summary>
    public static bool OutputsAreIndependent(ModelRunner model, Manifest manifest) =>
        model.OutputNames.Count == 1 || AreIndependent(model, manifest, RowsForOutputs, model.OutputNames);

    /// <summary>Rows of values that the schema allows, none of them missing.</summary>
    internal static object?[][] MadeUpRows(Manifest manifest, int count, Random random)
    {
        var rows = new object?[count][];
        for (var row = 0; row < count; row++)
            rows[row] = [.. manifest.Features.Select(feature => MakeUp(feature, random))];
        return rows;
    }

    private static bool AreIndependent(ModelRunner model, Manifest manifest, int count, IReadOnlyList<string> outputs)
    {
        var rows = MadeUpRows(manifest, count, new Random(manifest.Features.Count));
        var alone = new ModelPart[count];
        for (var row = 0; row < count; row++)
        {
            alone[row] = Run(model, manifest, rows.AsSpan(row, 1), outputs);
            if (alone[row].Error is not null || !alone[row].Outputs.All(output => TensorRows.CountsRows(output, 1)))
                return false;
        }

        foreach (var size in Sizes)
        {
            for (var first = 0; first + size <= count && first < 2 * size; first += size)
            {
                if (!IsSame(Run(model, manifest, rows.AsSpan(first, size), outputs), alone, first))
                    return false;
            }
        }

        // The rows over and over: as their number is odd, each comes to lie at several addresses, seen from a full vector.
        var many = Enumerable.Range(0, (4 * count) - 3).Select(row => rows[row % count]).ToArray();
        return IsSame(Run(model, manifest, many, outputs), alone, first: 0);
    }

    private static ModelPart Run(ModelRunner model, Manifest manifest, ReadOnlySpan<object?[]> rows, IReadOnlyList<string> outputs)
    {
        var batch = new FeatureBatchBuilder(manifest.Features, rows.Length);
        foreach (var row in rows)
            batch.Add(row);
        var part = new ModelPart { Rows = batch, Wanted = outputs };
        model.Run([part]);
        return part;
    }

    private static bool IsSame(ModelPart together, ModelPart[] alone, int first)
    {
        if (together.Prediction is not { } prediction || !together.Outputs.All(output => TensorRows.CountsRows(output, prediction.Rows)))
            return false;
        for (var row = 0; row < prediction.Rows; row++)
        {
            var other = alone[(first + row) % alone.Length];
            if (!MemoryMarshal.AsBytes(prediction.Row(row)).SequenceEqual(MemoryMarshal.AsBytes(other.Prediction!.Row(0))))
                return false;
            for (var i = 0; i < other.Outputs.Length; i++)
            {
                if (!IsSame(TensorRows.Slice(together.Outputs[i], row, 1), other.Outputs[i]))
                    return false;
            }
        }

        return true;
    }

    private static bool IsSame(Tensor one, Tensor other) => one.Shape.AsSpan().SequenceEqual(other.Shape.AsSpan())
        && (one.Type == DataType.Bytes
        ? one.Elements.Zip(other.Elements).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span))
        : one.Data.Span.SequenceEqual(other.Data.Span));

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
                return feature.Type == FeatureType.Float
                    ? number
                    : (object)(long)Math.Clamp(
                        Math.Round(number), Math.Ceiling(least), Math.Max(Math.Ceiling(least), Math.Floor(greatest)));
            default:
                return feature.Values is { Count: > 0 } values ? values[random.Next(values.Count)] : "a";
        }
    }
}
