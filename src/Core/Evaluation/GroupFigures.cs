namespace Progeny.Core.Evaluation;

/// <summary>What was predicted for the rows of one group.</summary>
/// <param name="Value">The value of the field that makes the group.</param>
/// <param name="Rows">The predictions whose outcome is known.</param>
/// <param name="PositiveRate">Of a binary task: the share of rows that were predicted to be positive.</param>
/// <param name="TruePositiveRate">Of a binary task: that share among the rows that are positive; null where they are too few.</param>
/// <param name="Loss">The mean loss: squared error, or log loss.</param>
/// <param name="Metrics">All metrics of the task.</param>
public sealed record GroupFigures(
    string Value, long Rows, double? PositiveRate, double? TruePositiveRate, double? Loss, IReadOnlyDictionary<string, double?> Metrics);
