namespace Progeny.Cli.Serving;

/// <summary>The prediction for one row: label and probabilities, or a value.</summary>
internal sealed record PredictedRowView(string QueryId, string? Label, IReadOnlyDictionary<string, double>? Probabilities, double? Value);
