using System.Text.Unicode;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.Drift;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Metrics;

/// <summary>Folds what is logged of queries into the distributions of their generation. Fields that a project redacts are not among it.</summary>
public sealed class QueryBatchFold(DistributionFolds folds) : IQueryBatchSink
{
    /// <inheritdoc/>
    public void Accept(QueryBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        folds.Add(batch.Generation, distributions => Add(batch, distributions));
    }

    private static void Add(QueryBatch batch, Distributions distributions)
    {
        var classes = batch.Layout.Classes;
        var types = batch.Layout.Features;
        var reader = new QueryBatchReader(batch);
        ColumnDistribution[]? features = null;
        while (reader.Read())
        {
            if (reader.HasScores)
                AddPrediction(distributions, classes, reader);
            if (!reader.HasFeatures)
                continue;
            features ??= [.. types.Select(field => distributions.Feature(field.Name))];
            for (var i = 0; i < features.Length; i++)
                AddFeature(features[i], reader, i, types[i].Type);
        }
    }

    private static void AddPrediction(Distributions distributions, System.Collections.Immutable.ImmutableArray<string> classes, QueryBatchReader reader)
    {
        if (classes.IsEmpty)
        {
            distributions.Prediction("value").Record(reader.Scores[0]);
            return;
        }

        if (reader.Label < 0)
            return;
        distributions.Prediction("label").Record(classes[reader.Label]);
        distributions.Prediction("probability").Record(reader.Scores[classes.Length == 2 ? 1 : reader.Label]);
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
