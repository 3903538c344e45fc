namespace Progeny.Core.QueryLog;

/// <summary>Removes what the query log and the outcomes hold about an entity, and remembers of which queries.</summary>
public interface IQueryErasure
{
    /// <summary>Whether the node has the secret that it takes: names are remembered by a code only.</summary>
    bool IsPossible { get; }

    /// <summary>A code for an entity, by which an erasure is found again by somebody who knows the entity.</summary>
    string MarkOf(string project, string entity);

    /// <summary>
    /// Removes a part of the records of an entity, from a sequence number on, with their outcomes, and behind the last of them the outcomes
    /// by key.
    /// </summary>
    /// <param name="from">0: from the first record.</param>
    /// <param name="removing">Told the ids of the queries before they are removed, and once more afterwards.</param>
    Task<ErasedPart> EraseAsync(
        string project,
        string entity,
        long from,
        ErasureNote note,
        Func<IReadOnlyCollection<string>, CancellationToken, Task> removing,
        CancellationToken cancellationToken);

    /// <summary>Whether and by whom a query was erased.</summary>
    Task<ErasureNote?> FindAsync(string project, string queryId, CancellationToken cancellationToken);

    /// <summary>Moves what was removed out of the files of the database, as far as it lets itself be told to.</summary>
    /// <returns>What is still there, and until when; null: nothing.</returns>
    Task<string?> CompactAsync(CancellationToken cancellationToken);
}
