namespace Progeny.Cli.Explanations;

/// <summary>What a replay came to, where that is not what was recorded, as the server shows it.</summary>
internal sealed record DifferenceView(string What, string? Recorded, string? Replayed);
