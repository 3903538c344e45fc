namespace Progeny.Core.Security.Audit;

/// <summary>What is to be written to put an entry at the end of the chain.</summary>
/// <param name="Entries">The entries, in their order: one, or two where the end was not as a node had left it.</param>
/// <param name="End">The end that they make.</param>
public sealed record AuditAppend(IReadOnlyList<StoredAuditEntry> Entries, AuditEnd End)
{
    /// <summary>The action of an entry that says that the end before it was not as a node had left it.</summary>
    public const string BrokenEnd = "audit.broken";

    /// <summary>Puts an entry behind an end. Behind an end that somebody changed, an entry about the change comes first.</summary>
    public static AuditAppend To(AuditEnd end, AuditEntry entry, AuditSeal seal)
    {
        var entries = new List<StoredAuditEntry>(2);
        if (!seal.Matches(end) && end is not { Last: 0, Seal.Length: 0 })
        {
            entries.Add(StoredAuditEntry.Of(
                new AuditEntry { At = entry.At, By = AuditEntry.Platform, Action = BrokenEnd }, end.Last + 1, end.Hash));
        }

        var last = entries is [var broken] ? broken.Hash : end.Hash;
        entries.Add(StoredAuditEntry.Of(entry, end.Last + entries.Count + 1, last));
        var stored = entries[^1];
        return new AuditAppend(entries, new AuditEnd(stored.Sequence, stored.Hash, seal.Of(stored.Sequence, stored.Hash)));
    }
}
