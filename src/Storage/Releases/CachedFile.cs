namespace Progeny.Storage.Releases;

/// <summary>An artifact of the cache, open for reading; the cache is told when it is closed.</summary>
internal sealed class CachedFile(string path, Action closed)
    : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, ReadBufferBytes, useAsync: true)
{
    private const int ReadBufferBytes = 128 * 1024;

    private Action? _closed = closed;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Interlocked.Exchange(ref _closed, null)?.Invoke();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            Interlocked.Exchange(ref _closed, null)?.Invoke();
    }
}
