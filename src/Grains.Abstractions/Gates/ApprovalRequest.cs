using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Gates;

/// <summary>A generation needs the approval of a person at a gate.</summary>
[GenerateSerializer, Immutable, Alias("progeny.approval-request")]
public sealed record ApprovalRequest
{
    [Id(0)] public required GenerationReference Generation { get; init; }

    /// <summary>The name of the gate.</summary>
    [Id(1)] public required string Gate { get; init; }

    /// <summary>The stage that the gate guards.</summary>
    [Id(2)] public required Stage Before { get; init; }

    /// <summary>The role of the person.</summary>
    [Id(3)] public required string Role { get; init; }

    /// <summary>How long the person has.</summary>
    [Id(4)] public required TimeSpan Within { get; init; }

    /// <summary>What the generation was offered for, e.g. an experiment's id: an approval holds for this only.</summary>
    [Id(5)] public required string Purpose { get; init; }

    /// <summary>Who or what offered the generation; the person may not be the same.</summary>
    [Id(6)] public required string By { get; init; }

    /// <summary>What the conditions of the gates say of the generation.</summary>
    [Id(7)] public required string Message { get; init; }

    /// <summary>The figures on which they say it.</summary>
    [Id(8)] public ImmutableSortedDictionary<string, double> Figures { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}
