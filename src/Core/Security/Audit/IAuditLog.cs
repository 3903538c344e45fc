namespace Progeny.Core.Security.Audit;

/// <summary>The audit log: every change and every refused attempt, in one order, of which nothing is changed or removed unseen.</summary>
public interface IAuditLog
{
    /// <summary>Keeps an entry; it is on disk when the call returns.</summary>
    /// <returns>Its number.</returns>
    Task<long> AppendAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Notes that something is about to be done, before it is: the note is on disk when the call returns.</summary>
    /// <param name="intent">The entry as far as it is known.</param>
    /// <param name="node">The node that does it.</param>
    /// <returns>The number of the note, for <see cref="CompleteAsync"/>.</returns>
    Task<long> BeginAsync(AuditEntry intent, string node, CancellationToken cancellationToken);

    /// <summary>Keeps the entry about something that was noted before, and removes the note, in one transaction.</summary>
    /// <param name="intent">What <see cref="BeginAsync"/> has returned.</param>
    /// <returns>The number of the entry.</returns>
    Task<long> CompleteAsync(long intent, AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Makes entries of the notes whose entries will not come, since their node ended in between: with <see cref="AuditEntry.Lost"/> as
    /// what came of it.
    /// </summary>
    /// <param name="node">The node, which begins anew.</param>
    /// <param name="before">Notes of other nodes are taken, too, if they are older than this.</param>
    /// <returns>How many.</returns>
    Task<int> CompleteLostAsync(string node, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Entries, newest first.</summary>
    Task<IReadOnlyList<StoredAuditEntry>> ListAsync(AuditFilter filter, CancellationToken cancellationToken);

    /// <summary>The entries behind a number, oldest first.</summary>
    Task<IReadOnlyList<StoredAuditEntry>> ReadAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>Where the chain ends.</summary>
    Task<AuditEnd> GetEndAsync(CancellationToken cancellationToken);

    /// <summary>Removes entries that are older, and writes an entry about the removal. A clock that leapt ahead removes nothing.</summary>
    /// <param name="kept">How long entries are kept.</param>
    /// <param name="now">The time of that entry.</param>
    /// <returns>How many.</returns>
    Task<long> PruneAsync(TimeSpan kept, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Hands the entries that a receiver has not had yet to it, and remembers how far it got. One caller at a time in a cluster; others get
    /// 0.
    /// </summary>
    /// <param name="receiver">The receiver's name.</param>
    /// <param name="send">Takes entries, oldest first; they are handed in again where it fails.</param>
    /// <returns>How many were handed in.</returns>
    Task<int> SendAsync(
        string receiver,
        int limit,
        Func<IReadOnlyList<StoredAuditEntry>, CancellationToken, Task> send,
        CancellationToken cancellationToken);
}
