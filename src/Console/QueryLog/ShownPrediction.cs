using Progeny.Abstractions.Queries;
using Progeny.Console.Layout;
using Progeny.Core.Evaluation;

namespace Progeny.Console.QueryLog;

/// <summary>A logged prediction taken apart.</summary>
/// <param name="Label">The predicted class; null for a number and for tensors.</param>
/// <param name="Value">The predicted number; null for classes and for tensors.</param>
/// <param name="Probabilities">A probability a class, in the model's order; empty for a number and for tensors.</param>
public sealed record ShownPrediction(string? Label, double? Value, IReadOnlyList<(string Class, double Share)> Probabilities)
{
    /// <summary>The probability of the predicted class.</summary>
    public double? Share =>
        Probabilities.Where(probability => probability.Class == Label).Select(probability => (double?)probability.Share).FirstOrDefault();

    /// <summary>The prediction in one word; null for tensors.</summary>
    public string? Text => Label ?? (Value is { } value ? Show.Figure(value) : null);

    /// <summary>Takes a logged prediction, of one row; null for none.</summary>
    public static ShownPrediction? Of(Prediction? prediction) => prediction is null ? null : new ShownPrediction(
        LoggedScores.Label(prediction), LoggedScores.Value(prediction),
        [.. prediction.Classes.Zip(LoggedScores.Probabilities(prediction, prediction.Classes) ?? [])]);
}
