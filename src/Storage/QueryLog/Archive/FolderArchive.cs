namespace Progeny.Storage.QueryLog.Archive;

/// <summary>An archive in a folder.</summary>
public sealed class FolderArchive(string root) : IArchiveFiles
{
    private const string Partial = ".partial";

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string Name, long Bytes)>> ListAsync(string folder, CancellationToken cancellationToken) => Task.Run(
        IReadOnlyList<(string Name, long Bytes)> () =>
        {
            var path = PathOf(folder);
            return !Directory.Exists(path)
                ? []
                :
                [
                    .. new DirectoryInfo(path).EnumerateFiles("*.parquet", SearchOption.AllDirectories)
                        .Select(file => (Path.GetRelativePath(root, file.FullName).Replace('\\', '/'), file.Length))
                        .OrderBy(file => file.Item1, StringComparer.Ordinal),
                ];
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task PutAsync(string name, string path, CancellationToken cancellationToken)
    {
        var target = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        // The name appears when all of the file is on disk.
        var partial = $"{target}.{Guid.NewGuid():n}{Partial}";
        try
        {
            await using (var from = File.OpenRead(path))
            await using (var to = new FileStream(partial, FileMode.CreateNew, FileAccess.Write))
            {
                await from.CopyToAsync(to, cancellationToken);
                to.Flush(flushToDisk: true);
            }

            File.Move(partial, target, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <inheritdoc/>
    public async Task BringAsync(string name, string path, CancellationToken cancellationToken)
    {
        await using var from = File.OpenRead(PathOf(name));
        await using var to = File.Create(path);
        await from.CopyToAsync(to, cancellationToken);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        if (File.Exists(PathOf(name)))
            File.Delete(PathOf(name));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public string PathOf(string name) => Path.Combine(root, name);
}
