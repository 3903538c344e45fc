using Progeny.Core.Decisions;

namespace Progeny.Console.Decisions;

/// <summary>A page of what was decided about a project.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Decisions">Newest first.</param>
/// <param name="IsFirst">Whether the newest are among them.</param>
/// <param name="Older">Where the next page starts; null: there is none.</param>
public sealed record DecisionsView(string Project, IReadOnlyList<DecisionEntry> Decisions, bool IsFirst, long? Older);
