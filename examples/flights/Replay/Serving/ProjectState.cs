namespace Progeny.Replay.Serving;

/// <summary>A project as the node shows it.</summary>
/// <param name="Name">The project.</param>
/// <param name="Releases">The published versions, lowest first.</param>
/// <param name="Champion">The generation in production, <c>project@release:generation</c>; null before the first promotion.</param>
internal sealed record ProjectState(string Name, IReadOnlyList<string> Releases, string? Champion);
