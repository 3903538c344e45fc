using Progeny.Abstractions.Serving;

namespace Progeny.Core.Serving.Routing;

/// <summary>What answers a query: a plan of several arms, one arm, or none.</summary>
internal readonly record struct RouteChoice
{
    /// <summary>The plan by whose arms the query is answered; null: <see cref="Single"/> answers all of it.</summary>
    public ActivePlan? Plan { get; init; }

    /// <summary>The arm that answers all of the query.</summary>
    public RoutedQuery Single { get; init; }

    /// <summary>The arm that was loaded for this query alone and is disposed after it; null: the arm belongs to a plan.</summary>
    public ServedArm? Requested { get; init; }

    /// <summary>Why no arm answers; null: one does.</summary>
    public ServingError? Error { get; init; }

    public static RouteChoice Refuse(ServingError error) => new() { Error = error };
}
