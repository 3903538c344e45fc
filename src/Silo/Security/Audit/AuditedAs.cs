namespace Progeny.Silo.Security.Audit;

/// <summary>
/// Metadata of an endpoint: the action of its entries in the audit log, where <see cref="AuditActions"/> does not derive it rightly.
/// </summary>
/// <param name="Action">The action; null: there are no entries but of refused attempts.</param>
public sealed record AuditedAs(string? Action);
