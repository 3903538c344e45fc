using System.Text.Json;
using Progeny.Cli.Releases;

namespace Progeny.Cli.Projects;

/// <summary>What is kept of a project, as the server shows it.</summary>
internal sealed record ArchiveView(
    string Project, EndView? Decommissioned, IReadOnlyList<ReleaseView> Releases, IReadOnlyList<KeptGenerationView> Generations, IReadOnlyList<JsonElement> Promotions, long Decisions, KeptQueriesView Queries);
