using System.Collections.Immutable;

namespace Progeny.Abstractions.Rollouts;

/// <summary>What became of a promotion that was asked for.</summary>
[GenerateSerializer, Immutable, Alias("progeny.promotion-answer")]
public sealed record PromotionAnswer
{
    /// <summary>The promotion; null: it waits for approvals.</summary>
    [Id(0)] public Promotion? Promotion { get; init; }

    /// <summary>The numbers of the approvals that it waits for; empty: it is done.</summary>
    [Id(1)] public ImmutableArray<int> Approvals { get; init; } = [];

    /// <summary>What it waits for, in a sentence; empty: it is done.</summary>
    [Id(2)] public string Message { get; init; } = "";
}
