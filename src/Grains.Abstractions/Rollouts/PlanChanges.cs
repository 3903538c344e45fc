using System.Collections.Immutable;

namespace Progeny.Abstractions.Rollouts;

/// <summary>The projects whose plan has changed.</summary>
[GenerateSerializer, Immutable, Alias("progeny.plan-changes")]
public sealed record PlanChanges
{
    /// <summary>How far this goes.</summary>
    [Id(0)] public required PlanMark Mark { get; init; }

    /// <summary>Whether it is not known what has changed, so that any plan may have.</summary>
    [Id(1)] public required bool All { get; init; }

    /// <summary>The projects, where that is known.</summary>
    [Id(2)] public required ImmutableArray<string> Projects { get; init; }
}
