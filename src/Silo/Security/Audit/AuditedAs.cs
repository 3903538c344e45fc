namespace Progeny.Silo.Security.Audit;

/// <summary>
/// Metadata of an endpoint: the action of its entries in the audit log, where <see cref="AuditActions"/> does not derive it rightly.
/// </summary>
/// <param name="Action">The action; null: there are no entries but of refused attempts.</param>
public sealed record AuditedAs(string? Action)
{
    /// <summary>
    /// Whether people sign in by it. Then requests of any method have entries, those that fail are counted as refused attempts, and nothing
    /// is noted beforehand, since no state of the node changes.
    /// </summary>
    public bool IsSignIn { get; init; }
}
