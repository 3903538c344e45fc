namespace Progeny.Cli.Lifecycle;

/// <summary>A project as the server shows it.</summary>
internal sealed record ProjectView(string Name, IReadOnlyList<string> Releases, string? Champion, IReadOnlyList<PromotionView> Promotions);
