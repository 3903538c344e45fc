using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>The output of a model that holds its prediction, and how to read it.</summary>
internal sealed class PredictionOutput
{
    private readonly TensorSpec spec;
    private readonly ImmutableArray<string> classes;
    private readonly float threshold;

    private PredictionOutput(TensorSpec spec, ImmutableArray<string> classes, double threshold)
    {
        this.spec = spec;
        this.classes = classes;
        this.threshold = (float)threshold;
    }

    public string Name => spec.Name;

    /// <exception cref="ModelException">No output can be the prediction, or more than one and the manifest does not say which.</exception>
    /// <param name="others">The names of the outputs that are no tensors.</param>
    public static PredictionOutput Match(Manifest manifest, ImmutableArray<TensorSpec> outputs, IReadOnlyList<string> others)
    {
        ImmutableArray<string> labels = [.. manifest.Label?.Classes ?? []];
        var output = Choose(manifest.Serving.Output, manifest.Task == MachineLearningTask.Regression, outputs, others);
        var fits = output.Shape switch
        {
            [_] => labels.Length <= 2,
            [_, var width] => width == -1 || width == Math.Max(1, labels.Length) || (width == 1 && labels.Length == 2),
            _ => false,
        };
        if (!fits || output.Type is not (DataType.Fp32 or DataType.Fp64))
        {
            var right = labels.Length == 0 ? "FP32[-1,1]" : $"FP32[-1,{labels.Length}], a probability per class";
            throw new ModelException(
                $"Output {output.Name} {ElementTypes.NameOf(output.Type)}[{string.Join(",", output.Shape)}] cannot be the prediction: " +
                $"it would have to be {right}.");
        }

        return new PredictionOutput(output, labels, manifest.Serving.Threshold);
    }

    /// <summary>The number of columns where the model states it; -1: it does not.</summary>
    public int Width => spec.Shape is [_] ? 1 : (int)spec.Shape[1];

    public DataType Type => spec.Type;

    /// <summary>The shape for a number of rows.</summary>
    public long[] ShapeOf(int rows) => spec.Shape is [_] ? [rows] : [rows, Width];

    /// <summary>Reads the predictions of some rows.</summary>
    /// <param name="raw">The elements of those rows.</param>
    /// <param name="width">The number of columns.</param>
    /// <exception cref="ModelException">The output has another size than the labels ask for, or holds a number that is not
    /// finite.</exception>
    public Prediction Read(ReadOnlySpan<byte> raw, int width)
    {
        var scores = ToFloats(raw);
        var broken = Array.FindIndex(scores, score => !float.IsFinite(score));
        if (broken >= 0)
            throw new ModelException(
                $"Output '{Name}' is {scores[broken]} for row {broken / Math.Max(1, width)}; a prediction must be finite.");
        if (classes.Length == 2 && width == 1)
            scores = BothClasses(scores);
        else if (width != Math.Max(1, classes.Length))
            throw new ModelException($"Output '{Name}' has {width} columns; the project has {Math.Max(1, classes.Length)} classes.");
        return new Prediction { Classes = classes, Scores = scores, Labels = Decide(scores) };
    }

    /// <summary>The output that holds the prediction.</summary>
    /// <param name="output">Its name, where the manifest says it.</param>
    /// <param name="regression">Whether the prediction is a number.</param>
    /// <param name="others">The names of the outputs that are no tensors.</param>
    /// <exception cref="ModelException">No output can be the prediction, or more than one and the manifest does not say which.</exception>
    public static TensorSpec Choose(string? output, bool regression, ImmutableArray<TensorSpec> outputs, IReadOnlyList<string> others)
    {
        var names = string.Join(", ", outputs.Select(candidate => candidate.Name));
        if (others.Count > 0)
            names += $", and as no tensor, which cannot be served, {string.Join(", ", others)} (scikit-learn's converter: options "
                + "zipmap=False)";
        if (output is { } named)
        {
            return outputs.FirstOrDefault(candidate => candidate.Name == named)
                ?? throw new ModelException($"The model has no output '{named}' (serving.output); it has {names}.");
        }

        var usual = regression ? "value" : "probabilities";
        if (outputs.FirstOrDefault(candidate => candidate.Name == usual) is { } found)
            return found;
        var floats = outputs.Where(candidate => candidate.Type is DataType.Fp32 or DataType.Fp64).ToList();
        return floats.Count == 1
            ? floats[0]
            : throw new ModelException($"Which output is the prediction? Name it in serving.output; the model has {names}.");
    }

    private float[] ToFloats(ReadOnlySpan<byte> raw)
    {
        if (Type == DataType.Fp32)
            return MemoryMarshal.Cast<byte, float>(raw).ToArray();
        var doubles = MemoryMarshal.Cast<byte, double>(raw);
        var floats = new float[doubles.Length];
        for (var i = 0; i < floats.Length; i++)
            floats[i] = (float)doubles[i];
        return floats;
    }

    private static float[] BothClasses(float[] positive)
    {
        var both = new float[positive.Length * 2];
        for (var i = 0; i < positive.Length; i++)
        {
            both[2 * i] = 1 - positive[i];
            both[(2 * i) + 1] = positive[i];
        }

        return both;
    }

    private int[] Decide(float[] scores)
    {
        if (classes.Length == 0)
            return [];
        var labels = new int[scores.Length / classes.Length];
        for (var row = 0; row < labels.Length; row++)
        {
            var probabilities = scores.AsSpan(row * classes.Length, classes.Length);
            if (classes.Length == 2)
            {
                labels[row] = probabilities[1] >= threshold ? 1 : 0;
                continue;
            }

            for (var i = 1; i < probabilities.Length; i++)
            {
                if (probabilities[i] > probabilities[labels[row]])
                    labels[row] = i;
            }
        }

        return labels;
    }
}
