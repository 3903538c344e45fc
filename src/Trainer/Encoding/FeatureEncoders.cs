using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Trainer.Data;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Encoding;

/// <summary>How all features become the booster's columns.</summary>
public sealed record FeatureEncoders
{
    /// <summary>An encoder a feature, in the schema's order.</summary>
    public required IReadOnlyList<FeatureEncoder> Features { get; init; }

    /// <summary>For the linear booster, what happens to the encoded columns; null for trees, which take them as they are.</summary>
    public ColumnScaling? Scaling { get; init; }

    /// <summary>The number of the booster's columns.</summary>
    public int Columns() => Features.Sum(f => f.Width);

    /// <summary>Learns the encoding of the first rows.</summary>
    public static FeatureEncoders Fit(TrainingRows data, int rows, TrainerSettings settings)
    {
        var encoders = new FeatureEncoders
        {
            Features = [.. data.Columns.Select((column, i) => Fit(column, data.Schema.Features[i], data, rows, settings))],
        };
        if (!settings.IsLinear)
            return encoders;
        var standardize = encoders.Features.SelectMany(f => Enumerable.Repeat(f is not OneHotEncoder, f.Width)).ToArray();
        return encoders with { Scaling = ColumnScaling.Fit(encoders.Encode(data, 0, rows), standardize) };
    }

    /// <summary>
    /// The same encoding for newer rows. Trees and weights were made for the numbers in it, so these stay; only a table of mean targets
    /// grows, by the categories that it does not know yet.
    /// </summary>
    public FeatureEncoders Continue(TrainingRows data, int rows, TrainerSettings settings) => this with
    {
        Features =
        [
            .. Features.Select((encoder, i) =>
            {
                if (encoder is not TableEncoder table || settings.Encoding == CategoryEncoding.Frequency)
                    return encoder;
                var column = (CategoryColumn)data.Columns[i];
                var known = table.Categories.ToHashSet(StringComparer.Ordinal);
                List<string> added = [
                    .. Allowed(CategoryPositions.Distinct(column, rows), data.Schema.Features[i]).Where(c => !known.Contains(c)),
                ];
                if (added.Count == 0)
                    return encoder;
                var learned = new CategoryStatistics(column, added, data.Label, rows, table.Width).Target(
                    table.Feature, settings.EncodingSmoothing);
                return table with
                {
                    Categories = [.. table.Categories, .. added],
                    Table =
                    [
                        .. table.Table.AsSpan(0, table.Categories.Count * table.Width),
                        .. learned.Table.AsSpan(0, added.Count * table.Width),
                        .. table.Missing(),
                    ],
                };
            }),
        ],
    };

    /// <summary>Rows as the booster gets them when it predicts, one after another.</summary>
    public float[] Encode(TrainingRows data, int from, int to) =>
        Encode(data, from, to, [.. Features.Select((f, i) => f.For(data.Columns[i]))]);

    /// <summary>
    /// Rows as the booster gets them when it is trained for the first time: a mean target does not count the row's own fold.
    /// </summary>
    public float[] EncodeForTraining(TrainingRows data, int rows, TrainerSettings settings)
    {
        var writers = Features.Select((encoder, i) =>
        {
            if (encoder is not TableEncoder { Categories.Count: > 0 } table || settings.Encoding == CategoryEncoding.Frequency)
                return encoder.For(data.Columns[i]);
            var column = (CategoryColumn)data.Columns[i];
            var statistics = new CategoryStatistics(column, table.Categories, data.Label, rows, table.Width);
            var folds = Enumerable.Range(0, CategoryStatistics.Folds)
                .Select(fold => statistics.Target(table.Feature, settings.EncodingSmoothing, fold).For(column)).ToArray();
            return (row, target) => folds[row % CategoryStatistics.Folds](row, target);
        });
        return Encode(data, 0, rows, [.. writers]);
    }

    float[] Encode(TrainingRows data, int from, int to, RowWriter[] writers)
    {
        var columns = Columns();
        if ((long)columns * (to - from) > Array.MaxLength)
            throw new TrainerException(
                $"{to - from} rows of {columns} encoded columns are too many; fewer rows, or encoding: target, would be right");
        var values = new float[columns * (to - from)];
        for (var row = from; row < to; row++)
        {
            var at = (row - from) * columns;
            for (var i = 0; i < writers.Length; i++)
            {
                writers[i](row, values.AsSpan(at, Features[i].Width));
                at += Features[i].Width;
            }
        }
        Scaling?.Apply(values);
        return values;
    }

    static FeatureEncoder Fit(DataColumn column, TrainerFeature feature, TrainingRows data, int rows, TrainerSettings settings)
    {
        if (column is not CategoryColumn category)
            return new NumberEncoder { Feature = feature.Name };
        List<string> seen = [.. Allowed(CategoryPositions.Distinct(category, rows), feature)];
        var classes = data.Schema.Task == MachineLearningTask.Multiclass ? data.Schema.Label.Classes.Count : 1;
        var onehot = feature.Values ?? seen;
        switch (settings.Encoding)
        {
            case CategoryEncoding.OneHot:
            case CategoryEncoding.Auto when onehot.Count <= settings.MaxOneHot:
                // Values that the schema allows have their column even if no row has them yet: a later generation may learn them. Where
                // there are none at all the feature is a constant, of which a model learns as little as of a number that is always missing.
                return onehot.Count > 0
                    ? new OneHotEncoder { Feature = feature.Name, Categories = onehot }
                    : new TableEncoder { Feature = feature.Name, Categories = [], Table = new float[classes] };
            case CategoryEncoding.Frequency:
                return new CategoryStatistics(category, seen, data.Label, rows, 1).Frequency(feature.Name);
            default:
                return new CategoryStatistics(category, seen, data.Label, rows, classes).Target(feature.Name, settings.EncodingSmoothing);
        }
    }

    static IEnumerable<string> Allowed(IEnumerable<string> values, TrainerFeature feature) =>
        feature.Values is { } allowed ? values.Where(allowed.Contains) : values;
}
