using Progeny.Abstractions.Hosting;

namespace Progeny.Core.Hosting;

/// <summary>A member of the cluster.</summary>
/// <param name="Address">Where other silos reach it.</param>
/// <param name="State"><c>active</c>, <c>joining</c>, <c>shuttingdown</c>, <c>stopping</c>, <c>dead</c>; or <c>silent</c>: it is active and
/// does not answer.</param>
/// <param name="SeenAt">Its last sign of life in the database.</param>
public sealed record NodeOverview(string Name, string Address, string State, DateTimeOffset SeenAt)
{
    /// <summary>What it says of itself; null: nothing.</summary>
    public NodeStatus? Status { get; init; }

    /// <summary>Whether the others have declared it dead.</summary>
    public bool IsDead => State == "dead";
}
