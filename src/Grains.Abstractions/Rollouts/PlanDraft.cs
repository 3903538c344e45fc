using System.Collections.Immutable;

namespace Progeny.Abstractions.Rollouts;

/// <summary>A plan as somebody asks for it.</summary>
[GenerateSerializer, Immutable, Alias("progeny.plan-draft")]
public sealed record PlanDraft
{
    [Id(0)] public required ImmutableArray<RolloutArm> Arms { get; init; }

    /// <summary>The name of the arm in production; null: the only arm, or else the one whose generation is in production now.</summary>
    [Id(1)] public string? Champion { get; init; }

    /// <inheritdoc cref="RolloutPlan.Fallback"/>
    [Id(2)] public ImmutableArray<string> Fallback { get; init; } = [];

    /// <inheritdoc cref="RolloutPlan.Shadows"/>
    [Id(3)] public ImmutableArray<string> Shadows { get; init; } = [];

    /// <inheritdoc cref="RolloutPlan.StickyKey"/>
    [Id(4)] public string? StickyKey { get; init; }

    /// <summary>The version of the plan that this one changes; another in force is a conflict. Null: whatever is in force.</summary>
    [Id(5)] public long? Version { get; init; }

    /// <inheritdoc cref="RolloutPlan.By"/>
    [Id(6)] public string? By { get; init; }

    /// <inheritdoc cref="RolloutPlan.Reason"/>
    [Id(7)] public string? Reason { get; init; }

    /// <summary>The id of this change, so that whoever asked for it finds out whether it was made; null: none.</summary>
    [Id(8)] public string? Id { get; init; }
}
