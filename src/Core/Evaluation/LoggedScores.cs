using Progeny.Abstractions.Queries;
using Progeny.Core.Common;

namespace Progeny.Core.Evaluation;

/// <summary>The figures of a logged prediction as the numbers that answers and pages show: the shortest digits of each float.</summary>
internal static class LoggedScores
{
    /// <summary>The number predicted; null: there is none, or it is not finite.</summary>
    public static double? Value(Prediction? prediction) => prediction is { Classes.IsEmpty: true } ? Finite(prediction.Row(0)[0]) : null;

    /// <summary>The probability of a class; null: there is none, or it is not finite.</summary>
    public static double? Probability(Prediction? prediction, string name) =>
        prediction?.Classes.IndexOf(name) is { } index and >= 0 ? Finite(prediction.Row(0)[index]) : null;

    /// <summary>The class predicted; null: there is none.</summary>
    public static string? Label(Prediction? prediction) => prediction is { Classes.IsEmpty: false } ? prediction.Classes[prediction.Labels.Span[0]] : null;

    private static double? Finite(float score) => float.IsFinite(score) ? ShortestDouble.Of(score) : null;
}
