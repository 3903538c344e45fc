using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Rollouts;

/// <summary>A change of the generation in production.</summary>
[GenerateSerializer, Immutable, Alias("progeny.promotion")]
public sealed record Promotion
{
    [Id(0)] public required GenerationReference Generation { get; init; }

    /// <summary>The generation that was in production before; null: none.</summary>
    [Id(1)] public required GenerationReference? Previous { get; init; }

    [Id(2)] public required DateTimeOffset At { get; init; }

    /// <summary>Who or what decided, and why, in the decider's words.</summary>
    [Id(3)] public required string Reason { get; init; }

    /// <summary>Whether an earlier champion became the champion again, so that those promoted after it do not count any more.</summary>
    [Id(4)] public bool Rollback { get; init; }
}
