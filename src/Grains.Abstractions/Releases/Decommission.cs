using System.Collections.Immutable;

namespace Progeny.Abstractions.Releases;

/// <summary>The end of a project: it answers and trains no more, and all that it was is kept.</summary>
[GenerateSerializer, Immutable, Alias("progeny.decommission")]
public sealed record Decommission
{
    [Id(0)] public required DateTimeOffset At { get; init; }

    /// <summary>Who ended it, in their own words; null: nobody said.</summary>
    [Id(1)] public string? By { get; init; }

    /// <summary>Why, in their own words.</summary>
    [Id(2)] public required string Reason { get; init; }

    /// <summary>The generations that had been archived before; they stay so when the project comes back.</summary>
    [Id(3)] public ImmutableArray<GenerationReference> ArchivedBefore { get; init; } = [];
}
