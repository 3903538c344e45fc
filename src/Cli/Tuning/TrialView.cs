namespace Progeny.Cli.Tuning;

/// <summary>A trial of a search, as the server says it.</summary>
internal sealed record TrialView(
    int Number, int Round, string Parameters, string Status, string? Message, long Rows, IReadOnlyDictionary<string, double>? Metrics, double? Score, double Seconds, bool Best);
