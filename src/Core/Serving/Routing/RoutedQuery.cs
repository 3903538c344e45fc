using System.Collections.Immutable;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Serving.Routing;

/// <summary>A query, or a part of one, and the arm that was chosen for it.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Started">The timestamp of the query's arrival.</param>
public readonly record struct RoutedQuery(ServedArm Arm, string Reason, long Started)
{
    /// <summary>The project that was asked, under which the query is logged; null: the arm's own.</summary>
    public string? Project { get; init; }

    /// <summary>The ids of its rows; default: they are made from the query's.</summary>
    public ImmutableArray<string> QueryIds { get; init; }
}
