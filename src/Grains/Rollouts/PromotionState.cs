using System.Collections.Immutable;

namespace Progeny.Grains.Rollouts;

/// <summary>The promotions of a project that wait for an approval, and the rollbacks of which hooks are told.</summary>
public sealed record PromotionState
{
    /// <summary>How many promotions have waited.</summary>
    public int Count { get; init; }

    public ImmutableArray<WaitingPromotion> Waiting { get; init; } = [];

    /// <summary>How many changes of the generation in production have been looked at for rollbacks.</summary>
    public int Seen { get; init; }

    public ImmutableArray<RollbackNotice> Notices { get; init; } = [];
}
