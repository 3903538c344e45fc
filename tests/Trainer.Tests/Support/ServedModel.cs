using Microsoft.ML.OnnxRuntime;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Trainer.Tests.Support;

/// <summary>A model as a serving node runs it: raw fields in by name, predictions out.</summary>
public sealed class ServedModel(byte[] model) : IDisposable
{
    readonly InferenceSession _session = new(model);

    public InferenceSession Session => _session;

    /// <summary>The first output as rows of numbers, and the labels of a classification.</summary>
    public (float[][] Numbers, string[] Labels) Predict(SampleTable table)
    {
        var features = table.Schema.Features;
        var inputs = features.Select((f, i) => Tensor(f.Type, f.Nullable, [.. table.Rows.Select(r => r[i])])).ToArray();
        using var options = new RunOptions();
        string[] outputs = table.Schema.Task == MachineLearningTask.Regression ? ["value"] : ["probabilities", "label"];
        try
        {
            using var results = _session.Run(options, [.. features.Select(f => f.Name)], inputs, outputs);
            var shape = results[0].GetTensorTypeAndShape().Shape;
            shape[0].ShouldBe(table.Rows.Count);
            var numbers = results[0].GetTensorDataAsSpan<float>().ToArray().Chunk((int)shape[1]).ToArray();
            return (numbers, results.Count > 1 ? results[1].GetStringTensorAsArray() : []);
        }
        finally
        {
            foreach (var input in inputs)
                input.Dispose();
        }
    }

    public void Dispose() => _session.Dispose();

    static OrtValue Tensor(FeatureType type, bool nullable, object?[] values)
    {
        long[] shape = [values.Length, 1];
        switch (type)
        {
            case FeatureType.Category:
                var strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
                for (var i = 0; i < values.Length; i++)
                    strings.StringTensorSetElementAt((string?)values[i] ?? "", i);
                return strings;
            case FeatureType.Int when !nullable:
                return OrtValue.CreateTensorValueFromMemory(values.Select(v => (long)v!).ToArray(), shape);
            case FeatureType.Bool when !nullable:
                return OrtValue.CreateTensorValueFromMemory(values.Select(v => (bool)v!).ToArray(), shape);
            default:
                return OrtValue.CreateTensorValueFromMemory(
                    values.Select(v => v switch { null => float.NaN, bool b => b ? 1f : 0f, long n => n, _ => (float)(double)v })
                        .ToArray(), shape);
        }
    }
}
