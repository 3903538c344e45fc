using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Rollouts;

/// <summary>Which generation answers which share of a project's traffic. An immutable value; a change makes a new one.</summary>
[GenerateSerializer, Immutable, Alias("progeny.rollout-plan")]
public sealed record RolloutPlan
{
    [Id(0)] public required string Project { get; init; }

    /// <summary>Grows by one with every change; 0: nothing was promoted yet.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>The generation in production; null: none yet.</summary>
    [Id(2)] public required GenerationReference? Champion { get; init; }

    /// <summary>
    /// All generations that the plan names, by the arm's name in ordinal order; those of weight 0 get no traffic of their own.
    /// </summary>
    [Id(3)] public ImmutableArray<RolloutArm> Arms { get; init; } = [];

    /// <summary>Which arm has which part of the buckets, in order and without a gap; empty where there are no arms.</summary>
    [Id(4)] public ImmutableArray<BucketRange> Buckets { get; init; } = [];

    /// <summary>The names of the arms that answer for one that fails, the first one first.</summary>
    [Id(5)] public ImmutableArray<string> Fallback { get; init; } = [];

    /// <summary>The names of the arms that shadow every query.</summary>
    [Id(6)] public ImmutableArray<string> Shadows { get; init; } = [];

    /// <summary>
    /// What is hashed to choose an arm: a field of the query, or <see cref="QueryIdKey"/>; null: the entity. Where a query lacks it, its
    /// id.
    /// </summary>
    [Id(7)] public string? StickyKey { get; init; }

    [Id(8)] public DateTimeOffset At { get; init; }

    /// <summary>Who made the plan, in their own words; null: nobody said.</summary>
    [Id(9)] public string? By { get; init; }

    /// <summary>Why, in their own words.</summary>
    [Id(10)] public string? Reason { get; init; }

    /// <summary>The name of the arm in production: <see cref="Champion"/> may have several. Null: none yet.</summary>
    [Id(11)] public string? ChampionArm { get; init; }

    /// <summary>Whether the project was ended, so that it answers nothing, whichever version is asked for.</summary>
    [Id(12)] public bool Decommissioned { get; init; }

    /// <summary>What the plan changed.</summary>
    [Id(13)] public PlanChange Change { get; init; }

    /// <summary>The <see cref="PlanDraft.Id"/> of the change that made it; null: it had none.</summary>
    [Id(14)] public string? DraftId { get; init; }

    /// <summary>The <see cref="StickyKey"/> that asks for the query id, whatever the entity.</summary>
    public const string QueryIdKey = "query_id";
}
