namespace Progeny.Core.Security.Audit;

/// <summary>Where the chain ends, by which entries that were cut off are found.</summary>
/// <param name="Last">The number of the last entry; 0: there is none yet.</param>
/// <param name="Hash">The last entry's hash.</param>
/// <param name="Seal">A code over both that needs the node's secret (<see cref="AuditSeal"/>); empty: the node has none.</param>
public sealed record AuditEnd(long Last, byte[] Hash, byte[] Seal);
