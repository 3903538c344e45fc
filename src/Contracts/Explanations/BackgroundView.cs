namespace Progeny.Contracts.Explanations;

/// <summary>The rows that a query was compared with, as the API shows them.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Source">training: kept with the generation; queries: from the log, since none were kept.</param>
public sealed record BackgroundView(int Rows, string? Source);
