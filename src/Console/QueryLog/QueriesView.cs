using Progeny.Core.QueryLog;

namespace Progeny.Console.QueryLog;

/// <summary>A page of a project's query log.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Version">The only version shown, release:generation; null: all.</param>
/// <param name="Queries">Newest first.</param>
/// <param name="IsFirst">Whether the newest are among them.</param>
/// <param name="Older">Where the next page starts; null: there is none.</param>
public sealed record QueriesView(string Project, string? Version, IReadOnlyList<LoggedQuery> Queries, bool IsFirst, long? Older);
