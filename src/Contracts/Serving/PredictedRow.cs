namespace Progeny.Contracts.Serving;

/// <summary>
/// The prediction for one row: label and probabilities for classes, value for regression; the rules that fired, if any did.
/// </summary>
/// <param name="Version">The generation that answered the row, where not one answered all.</param>
/// <param name="Fallback">Set where the arm that had been chosen failed and another one answered.</param>
public sealed record PredictedRow(
    string QueryId,
    string? Version,
    RowFallback? Fallback,
    string? Label,
    IReadOnlyDictionary<string, float>? Probabilities,
    float? Value,
    IReadOnlyList<string>? Rules);
