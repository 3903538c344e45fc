namespace Progeny.Cli.Serving;

/// <summary>The prediction for one row: label and probabilities, or a value.</summary>
internal sealed record PredictedRowView(string QueryId, string? Label, IReadOnlyDictionary<string, double>? Probabilities, double? Value, string? Version, PredictedRowView.FallbackView? Fallback)
{
    /// <summary>Whom the answer of a row stands in for.</summary>
    internal sealed record FallbackView(string From, string Why);
}
