namespace Progeny.Core.QueryLog;

/// <summary>Removes what the archive of the query log holds about an entity.</summary>
public interface IArchiveErasure
{
    /// <summary>Whether there is an archive.</summary>
    bool IsOn { get; }

    /// <summary>Removes the records of an entity from one file of the archive, which is written anew without them.</summary>
    /// <param name="file">The place of the file, from 0.</param>
    /// <param name="removing">Told the ids of the queries before they are removed.</param>
    /// <returns>How many records were removed, and the place of the next file; null: there is none.</returns>
    /// <exception cref="IOException">The file cannot be read or written, or another node holds the archive for long.</exception>
    Task<(long Records, int? Next)> EraseAsync(
        string project,
        string entity,
        int file,
        Func<IReadOnlyCollection<string>, CancellationToken, Task> removing,
        CancellationToken cancellationToken);
}
