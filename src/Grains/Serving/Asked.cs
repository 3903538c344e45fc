using Progeny.Core.Rollout;
using Progeny.Grains.Rollout;

namespace Progeny.Grains.Serving;

/// <summary>Who was chosen to answer a query.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Started">The timestamp of the query's arrival.</param>
internal readonly record struct Asked(Arm Arm, string Reason, long Started)
{
    /// <summary>The arm where it was prepared for this query alone, to be disposed after it.</summary>
    public Arm? Requested { get; init; }

    /// <summary>The project that was asked, under which the query is logged; null: the arm's own.</summary>
    public string? Project { get; init; }

    /// <summary>The plan by whose arms the query is answered; null: <see cref="Arm"/> answers all of it.</summary>
    public ActivePlan? Plan { get; init; }

    /// <summary>The part of a query that is asked; null: all of it. A part is neither answered nor logged on its own.</summary>
    public QueryPart? Part { get; init; }
}
