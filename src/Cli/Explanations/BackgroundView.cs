namespace Progeny.Cli.Explanations;

/// <summary>The rows that a query was compared with, as the server shows them.</summary>
internal sealed record BackgroundView(int Rows, string? Source);
