namespace Progeny.Storage.QueryLog.Archive;

/// <summary>The files of an archive, by names such as <c>flights/day=2026-11-30/part-0.parquet</c>.</summary>
public interface IArchiveFiles
{
    /// <summary>The files below a folder, in the order of their names.</summary>
    Task<IReadOnlyList<(string Name, long Bytes)>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Puts a file in the place of the one that has the name; readers see the one or the other.</summary>
    /// <param name="path">A file of this machine.</param>
    Task PutAsync(string name, string path, CancellationToken cancellationToken);

    /// <summary>Copies a file to this machine.</summary>
    /// <param name="path">The file to write.</param>
    Task BringAsync(string name, string path, CancellationToken cancellationToken);

    /// <summary>Removes a file; one that is not there is no error.</summary>
    Task RemoveAsync(string name, CancellationToken cancellationToken);

    /// <summary>Where a file is on this machine, to be read only; null: it has to be brought.</summary>
    string? PathOf(string name);
}
