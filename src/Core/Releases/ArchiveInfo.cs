using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Releases;

/// <summary>What is kept of a project, for whoever asks later.</summary>
/// <param name="Project">Its name.</param>
/// <param name="Decommissioned">When and why it ended; null: it is active.</param>
/// <param name="Releases">Every release with its manifest and the SHA-256 of its package; the package is kept for ever.</param>
/// <param name="Generations">Every generation with stage, lineage, evaluation and the SHA-256 of its artifacts; they are kept for
/// ever.</param>
/// <param name="Promotions">Who was in production when, and why; kept for ever.</param>
/// <param name="Decisions">How many decisions are on record; kept for ever.</param>
/// <param name="Queries">The logged queries; kept for their manifest's <c>serving.retention</c>.</param>
public sealed record ArchiveInfo(
    string Project,
    Decommission? Decommissioned,
    IReadOnlyList<ReleaseInfo> Releases,
    IReadOnlyList<GenerationInfo> Generations,
    IReadOnlyList<Promotion> Promotions,
    long Decisions,
    QueryLogExtent Queries);
