using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;

namespace Progeny.Trainer.Tests.Support;

/// <summary>Rows of every feature type with missing values, and a label that depends on them.</summary>
public sealed class SampleTable
{
    static readonly string[] s_colors = ["red", "green", "blue", "say \"hé\", all"];

    static readonly Field[] s_fields =
    [
        new("amount", FeatureType.Float, true, r => Math.Round((r.NextDouble() * 200) - 50, 3)),
        new("count", FeatureType.Int, false, r => (long)r.Next(0, 50_000_000)),
        new("level", FeatureType.Int, true, r => (long)r.Next(-3, 4)),
        new("active", FeatureType.Bool, false, r => r.Next(2) == 1),
        new("member", FeatureType.Bool, true, r => r.Next(2) == 1),
        new("color", FeatureType.Category, true, r => s_colors[r.Next(s_colors.Length)]),
        new("city", FeatureType.Category, true, r => $"city {r.Next(60)}"),
    ];

    SampleTable(TrainerSchema schema, List<object?[]> rows, List<string> labels) => (Schema, Rows, Labels) = (schema, rows, labels);

    public TrainerSchema Schema { get; }

    public List<object?[]> Rows { get; }

    public List<string> Labels { get; }

    /// <summary>Rows by chance.</summary>
    /// <param name="task">The task, and with it the kind of label.</param>
    /// <param name="rows">How many.</param>
    /// <param name="seed">Of the chance.</param>
    /// <param name="unseen">Whether some categories are such as no other table has, and some numbers lie outside the usual range.</param>
    /// <param name="scale">What a regression's label, which lies between 0 and 1, is multiplied with.</param>
    public static SampleTable Create(MachineLearningTask task, int rows, int seed, bool unseen = false, double scale = 1)
    {
        var random = new Random(seed);
        var schema = new TrainerSchema
        {
            Task = task,
            Features = [.. s_fields.Select(f => new TrainerFeature { Name = f.Name, Type = f.Type, Nullable = f.Nullable })],
            Label = new TrainerLabel
            {
                Name = "outcome",
                Classes = task switch
                {
                    MachineLearningTask.Binary => ["no", "yes"],
                    MachineLearningTask.Multiclass => ["low", "middle", "high"],
                    _ => [],
                },
            },
        };
        var table = new SampleTable(schema, [], []);
        for (var i = 0; i < rows; i++)
        {
            var row = s_fields.Select(f => Value(f, random, unseen)).ToArray();
            table.Rows.Add(row);
            table.Labels.Add(Label(task, Score(row) + ((random.NextDouble() - 0.5) * 0.2), scale));
        }
        return table;
    }

    static object? Value(Field field, Random random, bool unseen)
    {
        if (field.Nullable && random.Next(8) == 0)
            return null;
        if (!unseen || random.Next(10) > 0)
            return field.Value(random);
        return field.Type switch
        {
            FeatureType.Category => $"never {random.Next()}",
            FeatureType.Float => (random.NextDouble() - 0.5) * 2000,
            _ => field.Value(random),
        };
    }

    /// <summary>What the label depends on, 0 to 1.</summary>
    static double Score(object?[] row)
    {
        var score = (row[0] is double amount ? amount / 60 : 0.7)
            + ((long)row[1]! / 5e7)
            + (row[2] is long level ? level / 3.0 : -0.5)
            + ((bool)row[3]! ? 0.8 : 0)
            + (row[4] is true ? -0.6 : 0)
            + (row[5] is "red" ? 1.2 : row[5] is null ? -0.8 : 0)
            + (row[6] is string city ? Math.Sin(city.Length + city[^1]) : 0);
        return 1 / (1 + Math.Exp(-(score - 1.5)));
    }

    static string Label(MachineLearningTask task, double score, double scale) => task switch
    {
        MachineLearningTask.Binary => score > 0.5 ? "yes" : "no",
        MachineLearningTask.Multiclass => score > 0.66 ? "high" : score > 0.33 ? "middle" : "low",
        _ => FormattableString.Invariant($"{Math.Clamp(score, 0.01, 0.99) * scale:R}"),
    };
}
