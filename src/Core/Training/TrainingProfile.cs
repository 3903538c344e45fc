using Progeny.Abstractions.Queries;
using Progeny.Core.Datasets;
using Progeny.Core.Drift;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;

namespace Progeny.Core.Training;

/// <summary>
/// Counts how the features of training rows, and the predictions on the rows held out, are spread: what queries are compared with later.
/// They are counted as queries are (<see cref="WindowFold"/>), so that the same value falls into the same bucket. Fields that a
/// project redacts are not among it.
/// </summary>
internal sealed class TrainingProfile(Manifest manifest)
{
    private readonly Distributions distributions = new();

    /// <summary>Counts predictions.</summary>
    public void Add(Prediction prediction)
    {
        for (var row = 0; row < prediction.Rows; row++)
        {
            var scores = prediction.Row(row);
            if (prediction.Classes.IsEmpty)
            {
                distributions.Prediction("value").Record(scores[0]);
                continue;
            }

            var label = prediction.Labels.Span[row];
            distributions.Prediction("label").Record(prediction.Classes[label]);
            distributions.Prediction("probability").Record(scores[prediction.Classes.Length == 2 ? 1 : label]);
        }
    }

    /// <summary>Counts the rows of a <c>data.csv</c> and returns all that was counted.</summary>
    public async Task<Distributions> WithRowsAsync(string data, CancellationToken cancellationToken)
    {
        var schema = TrainerSchema.From(manifest);
        ColumnDistribution?[] columns =
        [
            .. schema.Features.Select(
                feature => manifest.Serving.Redact.Contains(feature.Name) ? null : distributions.Feature(feature.Name)),
        ];
        await foreach (var (features, _) in TrainingDataReader.ReadAsync(data, schema, cancellationToken))
        {
            for (var i = 0; i < columns.Length; i++)
            {
                if (columns[i] is { } column)
                    Record(column, schema.Features[i].Type, features[i]);
            }
        }

        return distributions;
    }

    private static void Record(ColumnDistribution column, FeatureType type, object? value)
    {
        switch (value)
        {
            case null:
                column.RecordMissing();
                break;
            case double number:
                // A query's float has single precision.
                column.Record(type == FeatureType.Float ? (float)number : number);
                break;
            case long number:
                column.Record(number);
                break;
            case bool truth:
                column.Record(truth ? 1 : 0);
                break;
            default:
                column.Record((string)value);
                break;
        }
    }
}
