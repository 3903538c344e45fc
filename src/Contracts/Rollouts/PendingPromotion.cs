using System.Collections.Immutable;

namespace Progeny.Contracts.Rollouts;

/// <summary>A promotion that waits for approvals; it is made once they are given.</summary>
/// <param name="Status">Always <c>pending approval</c>.</param>
/// <param name="Message">What it waits for.</param>
/// <param name="Approvals">The numbers of the approvals.</param>
public sealed record PendingPromotion(string Status, string Message, ImmutableArray<int> Approvals)
{
    /// <summary>The <see cref="Status"/>.</summary>
    public const string Pending = "pending approval";
}
