namespace Progeny.Gateway.Serving;

/// <summary>The prediction for one row: label and probabilities for classes, value for regression.</summary>
internal sealed record PredictedRow(string QueryId, string? Label, IReadOnlyDictionary<string, float>? Probabilities, float? Value);
