using System.Runtime.CompilerServices;
using Progeny.Abstractions.Queries;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Training;

/// <summary>Runs a model over the rows of a <c>data.csv</c> in batches, as serving runs it over the rows of queries.</summary>
internal static class ModelRows
{
    /// <summary>The predictions of one batch after the other, with the labels of its rows.</summary>
    /// <param name="first">How many rows to run at most.</param>
    /// <exception cref="ModelException">The model failed, or a row does not fit the schema.</exception>
    public static async IAsyncEnumerable<(Prediction Prediction, IReadOnlyList<string> Labels)> PredictAsync(
        ModelRunner model, Manifest manifest, string file, long first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = Math.Max(1, manifest.Serving.MaxBatch);
        var batch = new FeatureBatchBuilder(manifest.Features, size);
        var labels = new List<string>();
        var left = first;
        await foreach (var (features, label) in TrainingDataReader.ReadAsync(file, TrainerSchema.From(manifest), cancellationToken))
        {
            if (left-- <= 0)
                break;
            batch.Add(features);
            labels.Add(label);
            if (labels.Count == size)
            {
                yield return (Predict(model, batch), labels);
                batch = new(manifest.Features, size);
                labels = [];
            }
        }

        if (labels.Count > 0)
            yield return (Predict(model, batch), labels);
    }

    /// <summary>The values of the first rows, in the order of the features.</summary>
    public static async Task<List<object?[]>> ReadAsync(Manifest manifest, string file, int first, CancellationToken cancellationToken)
    {
        var rows = new List<object?[]>();
        await foreach (var (features, _) in TrainingDataReader.ReadAsync(file, TrainerSchema.From(manifest), cancellationToken))
        {
            if (rows.Count == first)
                break;
            rows.Add([.. features]);
        }

        return rows;
    }

    /// <exception cref="ModelException">The model failed, or a row does not fit the schema.</exception>
    public static Prediction Predict(ModelRunner model, FeatureBatchBuilder batch)
    {
        if (batch.Errors.Count > 0)
            throw new ModelException($"Field '{batch.Errors[0].Field}': {batch.Errors[0].Message}");
        return model.Predict(batch);
    }
}
