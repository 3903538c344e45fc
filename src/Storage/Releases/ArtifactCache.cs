using Progeny.Core.Releases;

namespace Progeny.Storage.Releases;

/// <summary>
/// Artifacts by their digest in files of this node. One that is not there is fetched once, however many ask for it; the least recently used
/// ones are removed when all together exceed the limit, but none that is asked for or open.
/// </summary>
internal sealed class ArtifactCache : IDisposable
{
    // A file that does not hold its contents right after it was fetched is the disk's fault, and is not fetched for ever.
    private const int MaxAttempts = 2;

    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly CancellationTokenSource _stop = new();
    private long _bytes;
    private long _uses;

    /// <summary>Opens a cache with what it held before, which is checked when it is asked for.</summary>
    /// <param name="folder">A folder that no other process uses.</param>
    public ArtifactCache(string folder, long maxBytes, TimeProvider time)
    {
        (_folder, _maxBytes, _time) = (folder, maxBytes, time);
        TemporaryFolder = Path.Combine(folder, "tmp");
        if (Directory.Exists(TemporaryFolder))
            Directory.Delete(TemporaryFolder, recursive: true);
        Directory.CreateDirectory(TemporaryFolder);
        var files = Directory.EnumerateDirectories(folder, "??").SelectMany(Directory.EnumerateFiles).Select(path => new FileInfo(path));
        foreach (var file in files.OrderBy(file => file.LastWriteTimeUtc))
        {
            var digest = file.Directory!.Name + file.Name;
            _entries[digest] = new Entry(digest) { Bytes = file.Length, Version = 1, LastUse = ++_uses };
            _bytes += file.Length;
        }

        lock (_lock)
            MakeRoom();
    }

    /// <summary>For files on their way in and out, in the same file system; it is emptied at start.</summary>
    public string TemporaryFolder { get; }

    /// <summary>Opens an artifact for reading, whose contents have passed the hash check.</summary>
    /// <param name="fetch">Writes its contents to an empty file.</param>
    /// <exception cref="ArtifactCorruptException">What was fetched does not match the digest.</exception>
    public async Task<Stream> OpenAsync(string digest, Func<FileStream, CancellationToken, Task> fetch, CancellationToken cancellationToken)
    {
        var entry = Pin(digest);
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                await FilledAsync(entry, fetch).WaitAsync(cancellationToken);
                if (await TryOpenAsync(entry, cancellationToken) is { } file)
                    return file;
            }

            throw new ArtifactCorruptException(digest);
        }
        catch
        {
            Unpin(entry);
            throw;
        }
    }

    /// <summary>Whether an artifact is in the cache.</summary>
    public bool Contains(string digest)
    {
        lock (_lock)
            return _entries.TryGetValue(digest, out var entry) && entry.IsThere;
    }

    /// <summary>The digests of all artifacts in the cache that nobody uses.</summary>
    public IReadOnlyList<string> ListUnused()
    {
        lock (_lock)
            return [.. _entries.Values.Where(entry => entry is { IsThere: true, Pins: 0 }).Select(entry => entry.Digest)];
    }

    /// <summary>Removes an artifact from the cache, unless it is in use.</summary>
    public void Forget(string digest)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(digest, out var entry) || entry is not { IsThere: true, Pins: 0 })
                return;
            Remove(entry);
            _entries.Remove(digest);
        }
    }

    /// <summary>Takes in a file of <see cref="TemporaryFolder"/> whose contents have this digest.</summary>
    public void Add(string path, string digest)
    {
        var entry = Pin(digest);
        try
        {
            lock (_lock)
            {
                if (!entry.IsThere)
                    TakeIn(entry, path);
            }
        }
        finally
        {
            Unpin(entry);
        }
    }

    /// <summary>Stops fetching.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private Entry Pin(string digest)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(digest, out var entry))
                _entries[digest] = entry = new Entry(digest);
            entry.Pins++;
            entry.LastUse = ++_uses;
            return entry;
        }
    }

    private void Unpin(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Pins == 0 && !entry.IsThere)
                _entries.Remove(entry.Digest);
            MakeRoom();
        }
    }

    // The one who asks first has it fetched; that he loses interest is nothing to those who wait with him.
    private Task FilledAsync(Entry entry, Func<FileStream, CancellationToken, Task> fetch)
    {
        lock (_lock)
        {
            if (entry.IsThere)
                return Task.CompletedTask;
            if (entry.Fill is null)
            {
                // On a thread of the pool: who asks may be a grain, and others must not wait for its turns.
                entry.Pins++;
                var stop = _stop.Token;
                entry.Fill = Task.Run(() => FillAsync(entry, fetch, stop), CancellationToken.None);
            }

            return entry.Fill;
        }
    }

    private async Task FillAsync(Entry entry, Func<FileStream, CancellationToken, Task> fetch, CancellationToken cancellationToken)
    {
        var path = Path.Combine(TemporaryFolder, Guid.NewGuid().ToString("n"));
        try
        {
            await using (var file = new FileStream(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, useAsync: true))
            {
                await fetch(file, cancellationToken);
                if (!await ArtifactFile.MatchesAsync(file, entry.Digest, cancellationToken))
                    throw new ArtifactCorruptException(entry.Digest);
            }

            lock (_lock)
                TakeIn(entry, path);
        }
        finally
        {
            File.Delete(path);
            lock (_lock)
                entry.Fill = null;
            Unpin(entry);
        }
    }

    // Null: the file is gone or broken, and is no longer in the cache.
    private async Task<CachedFile?> TryOpenAsync(Entry entry, CancellationToken cancellationToken)
    {
        int version;
        lock (_lock)
            version = entry.Version;
        CachedFile file;
        try
        {
            file = new CachedFile(PathOf(entry.Digest), () => Unpin(entry));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            Discard(entry, version);
            return null;
        }

        // Closing it releases what this call holds; as long as it is not given away, the caller does.
        Pin(entry.Digest);
        try
        {
            if (await ArtifactFile.MatchesAsync(file, entry.Digest, cancellationToken))
            {
                File.SetLastWriteTimeUtc(file.SafeFileHandle, _time.GetUtcNow().UtcDateTime);
                Unpin(entry);
                return file;
            }
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }

        await file.DisposeAsync();
        Discard(entry, version);
        return null;
    }

    private void Discard(Entry entry, int version)
    {
        lock (_lock)
        {
            if (entry.IsThere && entry.Version == version)
                Remove(entry);
        }
    }

    private void TakeIn(Entry entry, string path)
    {
        var target = PathOf(entry.Digest);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(path, target, overwrite: true);
        _bytes -= entry.Bytes ?? 0;
        entry.Bytes = new FileInfo(target).Length;
        entry.Version++;
        _bytes += entry.Bytes.Value;
    }

    private void MakeRoom()
    {
        while (_bytes > _maxBytes
            && _entries.Values.Where(entry => entry is { IsThere: true, Pins: 0 }).MinBy(entry => entry.LastUse) is { } oldest)
        {
            Remove(oldest);
            _entries.Remove(oldest.Digest);
        }
    }

    private void Remove(Entry entry)
    {
        _bytes -= entry.Bytes!.Value;
        entry.Bytes = null;
        File.Delete(PathOf(entry.Digest));
    }

    private string PathOf(string digest) => Path.Combine(_folder, digest[..2], digest[2..]);

    private sealed class Entry(string digest)
    {
        public string Digest { get; } = digest;

        /// <summary>How many ask for it, fetch it or have it open.</summary>
        public int Pins { get; set; }

        /// <summary>The size of the file; null: it is not there.</summary>
        public long? Bytes { get; set; }

        /// <summary>How often it was filled.</summary>
        public int Version { get; set; }

        public long LastUse { get; set; }

        public Task? Fill { get; set; }

        public bool IsThere => Bytes is not null;
    }
}
