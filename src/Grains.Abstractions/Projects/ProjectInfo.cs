using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Abstractions.Projects;

/// <summary>A project at a glance.</summary>
[GenerateSerializer, Immutable, Alias("progeny.project-info")]
public sealed record ProjectInfo
{
    [Id(0)] public required string Name { get; init; }

    /// <summary>The published versions, lowest first.</summary>
    [Id(1)] public required ImmutableArray<string> Releases { get; init; }

    /// <summary>The generation in production; null: none was promoted yet.</summary>
    [Id(2)] public required GenerationReference? Champion { get; init; }

    /// <summary>The version of the rollout plan in force; 0: none yet.</summary>
    [Id(3)] public required long PlanVersion { get; init; }

    /// <summary>All promotions, oldest first.</summary>
    [Id(4)] public required ImmutableArray<Promotion> Promotions { get; init; }

    /// <summary>When and why the project was ended; null: it is active.</summary>
    [Id(5)] public Decommission? Decommissioned { get; init; }
}
