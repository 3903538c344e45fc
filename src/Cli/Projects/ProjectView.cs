using Progeny.Cli.Releases;

namespace Progeny.Cli.Projects;

/// <summary>A project as the server shows it.</summary>
internal sealed record ProjectView(string Name, IReadOnlyList<string> Releases, string? Champion, IReadOnlyList<PromotionView> Promotions);
