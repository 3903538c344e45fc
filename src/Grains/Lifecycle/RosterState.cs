using System.Collections.Immutable;

namespace Progeny.Grains.Lifecycle;

/// <summary>What <see cref="RosterGrain"/> remembers.</summary>
[GenerateSerializer, Immutable, Alias("progeny.roster-state")]
public sealed record RosterState
{
    [Id(0)] public ImmutableSortedSet<string> Projects { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
}
