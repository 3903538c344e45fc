using Progeny.Abstractions.Queries;
using Progeny.Console.Layout;

namespace Progeny.Console.QueryLog;

/// <summary>A logged prediction taken apart.</summary>
/// <param name="Label">The predicted class; null for a number and for tensors.</param>
/// <param name="Value">The predicted number; null for classes and for tensors.</param>
/// <param name="Probabilities">A probability a class, in the model's order; empty for a number and for tensors.</param>
public sealed record ShownPrediction(string? Label, double? Value, IReadOnlyList<(string Class, double Share)> Probabilities)
{
    /// <summary>The probability of the predicted class.</summary>
    public double? Share => Probabilities.Where(probability => probability.Class == Label).Select(probability => (double?)probability.Share).FirstOrDefault();

    /// <summary>The prediction in one word; null for tensors.</summary>
    public string? Text => Label ?? (Value is { } value ? Show.Figure(value) : null);

    /// <summary>Takes a logged prediction, of one row; null for none.</summary>
    public static ShownPrediction? Of(Prediction? prediction) => prediction switch
    {
        null => null,
        { Classes.IsEmpty: true } => new ShownPrediction(null, prediction.Row(0)[0], []),
        _ => new ShownPrediction(
            prediction.Classes[prediction.Labels.Span[0]], null, [.. prediction.Classes.Select((name, i) => (name, (double)prediction.Row(0)[i]))]),
    };
}
