namespace Progeny.Gateway.Serving;

/// <summary>The prediction for one row: label and probabilities for classes, value for regression; the rules that fired, if any did.</summary>
internal sealed record PredictedRow(string QueryId, string? Label, IReadOnlyDictionary<string, float>? Probabilities, float? Value, IReadOnlyList<string>? Rules);
