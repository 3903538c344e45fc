namespace Progeny.Core.Datasets.Contracts;

/// <summary>A row that breaks a contract.</summary>
/// <param name="Row">Its number in the version that it came with, from 1.</param>
/// <param name="Reasons">The rules that it breaks, with the value and what would be right.</param>
/// <param name="Values">The row as it came, by column.</param>
public sealed record QuarantinedRow(long Row, IReadOnlyList<string> Reasons, IReadOnlyDictionary<string, string?> Values);
