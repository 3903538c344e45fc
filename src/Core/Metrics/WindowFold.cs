using System.Text.Unicode;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.Drift;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Metrics;

/// <summary>
/// What a generation did in one window, folded from its logged queries. Fields that a project redacts are not in it. Not thread-safe.
/// </summary>
internal sealed class WindowFold
{
    private readonly ServingCounts _counts = new();
    private readonly Distributions _distributions = new();
    private QueryLayout? _layout;
    private ColumnDistribution[] _features = [];

    /// <summary>Adds the record on which a reader stands.</summary>
    public void Add(QueryBatchReader reader)
    {
        _counts.Rows++;
        if (reader.IsFirstOfRequest)
            AddRequest(reader);
        if (reader.HasScores)
            AddPrediction(reader);
        if (reader.HasFeatures)
            AddFeatures(reader);
    }

    public WindowSummary ToSummary(DateTimeOffset start) =>
        Summarize(start, _counts, _distributions.IsEmpty ? [] : _distributions.Encode());

    public static WindowSummary Summarize(DateTimeOffset start, ServingCounts counts, byte[] distributions) => new()
    {
        Start = start,
        Rows = counts.Rows,
        Errors = counts.Errors,
        Latency = counts.Latency.Encode(),
        AugmentMicroseconds = counts.AugmentMicroseconds,
        QueueMicroseconds = counts.QueueMicroseconds,
        PredictMicroseconds = counts.PredictMicroseconds,
        Distributions = distributions,
    };

    private void AddRequest(QueryBatchReader reader)
    {
        var latency = reader.Latency;
        _counts.Latency.Record(latency.Total);
        _counts.Errors += reader.Failed ? 1 : 0;
        _counts.AugmentMicroseconds += latency.Augment;
        _counts.QueueMicroseconds += latency.Queue;
        _counts.PredictMicroseconds += latency.Predict;
    }

    private void AddPrediction(QueryBatchReader reader)
    {
        var classes = reader.Batch.Layout.Classes;
        if (classes.IsEmpty)
        {
            _distributions.Prediction("value").Record(reader.Scores[0]);
            return;
        }

        if (reader.Label < 0)
            return;
        _distributions.Prediction("label").Record(classes[reader.Label]);
        _distributions.Prediction("probability").Record(reader.Scores[classes.Length == 2 ? 1 : reader.Label]);
    }

    private void AddFeatures(QueryBatchReader reader)
    {
        var types = reader.Batch.Layout.Features;
        if (!ReferenceEquals(_layout, reader.Batch.Layout))
        {
            _layout = reader.Batch.Layout;
            _features = [.. types.Select(field => _distributions.Feature(field.Name))];
        }

        for (var i = 0; i < _features.Length; i++)
            AddFeature(_features[i], reader, i, types[i].Type);
    }

    private static void AddFeature(ColumnDistribution column, QueryBatchReader reader, int feature, QueryFieldType type)
    {
        if (reader.IsMissing(feature))
        {
            column.RecordMissing();
        }
        else if (type != QueryFieldType.Text)
        {
            column.Record(reader.GetNumber(feature), reader.IsAugmented(feature));
        }
        else
        {
            // Of a long text the beginning is enough: what does not fit is cut off.
            Span<char> text = stackalloc char[CategoryHistogram.MaxCharacters + 1];
            Utf8.ToUtf16(reader.GetUtf8(feature), text, out _, out var written);
            column.Record(text[..written], reader.IsAugmented(feature));
        }
    }
}
