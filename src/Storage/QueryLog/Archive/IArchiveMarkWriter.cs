namespace Progeny.Storage.QueryLog.Archive;

/// <summary>Stores how far projects are archived.</summary>
public interface IArchiveMarkWriter
{
    /// <summary>Stores it; it is on disk when the call returns.</summary>
    Task WriteAsync(string project, long before, long through, CancellationToken cancellationToken);

    /// <summary>Holds a project's archive, which one node at a time writes to; disposing what is returned gives it back.</summary>
    /// <exception cref="IOException">Another one holds it for long.</exception>
    Task<IAsyncDisposable> LockAsync(string project, CancellationToken cancellationToken);
}
