using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Training;
using Progeny.Core.Decisions;
using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;

namespace Progeny.Console.Projects;

/// <summary>Everything that the page of a project shows.</summary>
public sealed record ProjectView
{
    public required ProjectInfo Project { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<ReleaseInfo> Releases { get; init; }

    /// <summary>The newest release's manifest; null where this node does not understand it.</summary>
    public required Manifest? Manifest { get; init; }

    /// <summary>Of all releases, newest first.</summary>
    public required IReadOnlyList<GenerationInfo> Generations { get; init; }

    /// <summary>The last ones, newest first.</summary>
    public required IReadOnlyList<JobInfo> Jobs { get; init; }

    /// <summary>The last ones, newest first; null: who looks may not read them.</summary>
    public required IReadOnlyList<LoggedQuery>? Queries { get; init; }

    /// <summary>Who answers which share of the traffic; without arms: nobody yet.</summary>
    public required RolloutPlan Plan { get; init; }

    /// <summary>The last ones, newest first.</summary>
    public required IReadOnlyList<DecisionEntry> Decisions { get; init; }

    /// <summary>The champion's figures over its last queries whose outcome is known; null: there are none.</summary>
    public required EvaluationReport? Served { get; init; }

    public GenerationInfo? Champion => Generations.FirstOrDefault(generation => generation.Reference == Project.Champion);
}
