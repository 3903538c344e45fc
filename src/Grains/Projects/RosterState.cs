using System.Collections.Immutable;

namespace Progeny.Grains.Projects;

/// <summary>What <see cref="RosterGrain"/> remembers.</summary>
public sealed record RosterState
{
    public ImmutableSortedSet<string> Projects { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
}
