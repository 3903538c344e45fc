using Progeny.Abstractions.Queries;
using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>The figures of a logged prediction as the numbers that answers and pages show: the shortest digits of each float.</summary>
public static class LoggedScores
{
    /// <summary>The number predicted; null: there is none, or it is not finite.</summary>
    public static double? Value(Prediction? prediction) => prediction is { Classes.IsEmpty: true } ? Finite(prediction.Row(0)[0]) : null;

    /// <summary>The class predicted; null: there is none.</summary>
    public static string? Label(Prediction? prediction) =>
        prediction is { Classes.IsEmpty: false } ? prediction.Classes[prediction.Labels.Span[0]] : null;

    /// <summary>The probability of a class; null: there is none, or it is not finite.</summary>
    public static double? Probability(Prediction? prediction, string name) =>
        prediction?.Classes.IndexOf(name) is { } index and >= 0 ? Finite(prediction.Row(0)[index]) : null;

    /// <summary>The probabilities of classes, in their order; null: there is none of one of them, or it is not finite.</summary>
    public static double[]? Probabilities(Prediction? prediction, IReadOnlyList<string> classes)
    {
        if (prediction is null)
            return null;
        var probabilities = new double[classes.Count];
        for (var i = 0; i < probabilities.Length; i++)
        {
            // Mostly the prediction has the same classes in the same order.
            var index = i < prediction.Classes.Length && prediction.Classes[i] == classes[i] ? i : prediction.Classes.IndexOf(classes[i]);
            if (index < 0 || Finite(prediction.Row(0)[index]) is not { } probability)
                return null;
            probabilities[i] = probability;
        }

        return probabilities;
    }

    private static double? Finite(float score) => float.IsFinite(score) ? ShortestDouble.Of(score) : null;
}
