namespace Progeny.Core.Evaluation;

/// <summary>How many rows of each true class were predicted as each class.</summary>
/// <param name="Classes">The classes, in the order of rows and columns.</param>
/// <param name="Counts">By true class, then by predicted class.</param>
public sealed record ConfusionMatrix(IReadOnlyList<string> Classes, IReadOnlyList<IReadOnlyList<long>> Counts)
{
    /// <summary>All rows counted.</summary>
    public long Total() => Counts.Sum(row => row.Sum());

    /// <summary>The rows of which the class was predicted right.</summary>
    public long Hits(int @class) => Counts[@class][@class];

    /// <summary>The rows that are of the class.</summary>
    public long Actual(int @class) => Counts[@class].Sum();

    /// <summary>The rows that were predicted to be of the class.</summary>
    public long Predicted(int @class) => Counts.Sum(row => row[@class]);

    /// <summary>Counts the predictions of classes.</summary>
    public static ConfusionMatrix Of(PredictionSet predictions)
    {
        var counts = NewCounts(predictions.Classes.Count);
        for (var row = 0; row < predictions.Count; row++)
            counts[predictions.TruthClasses[row]][predictions.PredictedClasses[row]]++;
        return new(predictions.Classes, counts);
    }

    /// <summary>The counts of both together; the classes must be the same.</summary>
    public ConfusionMatrix Plus(ConfusionMatrix other)
    {
        if (!Classes.SequenceEqual(other.Classes))
        {
            throw new ArgumentException(
                $"Matrices of different classes do not add: {string.Join(", ", Classes)} and {string.Join(", ", other.Classes)}.",
                nameof(other));
        }

        var counts = NewCounts(Classes.Count);
        for (var truth = 0; truth < counts.Length; truth++)
        {
            for (var predicted = 0; predicted < counts.Length; predicted++)
                counts[truth][predicted] = Counts[truth][predicted] + other.Counts[truth][predicted];
        }

        return new(Classes, counts);
    }

    private static long[][] NewCounts(int classes) => [.. Enumerable.Range(0, classes).Select(_ => new long[classes])];
}
