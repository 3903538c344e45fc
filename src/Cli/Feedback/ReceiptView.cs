namespace Progeny.Cli.Feedback;

/// <summary>What became of reported outcomes, as the server says it.</summary>
internal sealed record ReceiptView(int Accepted, int Corrected, int Repeated, int Unmatched, int Outdated = 0);
