namespace Progeny.Cli.Releases;

/// <summary>A change of the generation in charge as the server shows it.</summary>
internal sealed record PromotionView(string Generation, string? Previous, DateTimeOffset At, string Reason);
