using Progeny.Abstractions.Serving;

namespace Progeny.Core.Serving.Routing;

/// <summary>Who answers a query: a plan of several arms, one arm, or nobody.</summary>
internal readonly record struct RouteChoice
{
    /// <summary>The plan by whose arms the query is answered; null: <see cref="Single"/> answers all of it.</summary>
    public ActivePlan? Plan { get; init; }

    /// <summary>The arm that answers all of the query.</summary>
    public RoutedQuery Single { get; init; }

    /// <summary>The arm where it was prepared for this query alone, to be disposed after it.</summary>
    public ServedArm? Requested { get; init; }

    /// <summary>Why nobody answers; null: somebody does.</summary>
    public ServingError? Error { get; init; }

    public static RouteChoice Refuse(ServingError error) => new() { Error = error };
}
