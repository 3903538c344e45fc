using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Gates;

/// <summary>An approval that a generation needs at a gate, and what became of it.</summary>
[GenerateSerializer, Immutable, Alias("progeny.approval")]
public sealed record Approval
{
    /// <summary>Its number in the project; grows.</summary>
    [Id(0)] public required int Id { get; init; }

    [Id(1)] public required ApprovalStatus Status { get; init; }

    [Id(2)] public required GenerationReference Generation { get; init; }

    /// <summary>The name of the gate.</summary>
    [Id(3)] public required string Gate { get; init; }

    /// <summary>The stage that the gate guards.</summary>
    [Id(4)] public required Stage Before { get; init; }

    /// <summary>The role of the person who must approve.</summary>
    [Id(5)] public required string Role { get; init; }

    /// <summary>What the generation was offered for: <c>proposal</c>, <c>promotion-3</c>, <c>start-2</c>, or an experiment's id.</summary>
    [Id(6)] public required string Purpose { get; init; }

    /// <summary>Who or what offered the generation, each once: none of them may approve.</summary>
    [Id(7)] public required ImmutableArray<string> AskedBy { get; init; }

    [Id(8)] public required DateTimeOffset AskedAt { get; init; }

    /// <summary>How long a person has from when it was asked for.</summary>
    [Id(9)] public required TimeSpan Within { get; init; }

    /// <summary>What the conditions of the gates said of the generation when it was asked for.</summary>
    [Id(10)] public required string Message { get; init; }

    /// <summary>The figures on which they said it.</summary>
    [Id(11)] public ImmutableSortedDictionary<string, double> Figures { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Who decided; null: nobody has.</summary>
    [Id(12)] public string? DecidedBy { get; init; }

    [Id(13)] public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why, in the decider's words, or why it is not needed any more.</summary>
    [Id(14)] public string? Reason { get; init; }
}
