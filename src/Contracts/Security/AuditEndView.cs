namespace Progeny.Contracts.Security;

/// <summary>Where the audit log ends: the last line of an export.</summary>
/// <param name="End">The number of the last entry.</param>
/// <param name="Hash">The hash of the last entry, in hexadecimal digits.</param>
/// <param name="Seal">A code over both that only the nodes can make and check; empty: they have no secret.</param>
public sealed record AuditEndView(long End, string Hash, string Seal);
