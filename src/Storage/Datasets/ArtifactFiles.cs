using System.Runtime.InteropServices;
using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets;

/// <summary>Artifacts as files of a folder, for programs and libraries that read paths.</summary>
public sealed class ArtifactFiles(IDataArtifactStore artifacts)
{
    /// <summary>
    /// Brings an artifact into a folder: as a second name of its file where that is on the same disk, which costs nothing and stays
    /// readable when the artifact is removed; else as a copy. The file must not be written to.
    /// </summary>
    /// <param name="name">The name of the file in the folder.</param>
    /// <returns>The whole path.</returns>
    /// <exception cref="ArtifactMissingException">There is no such artifact.</exception>
    /// <exception cref="ArtifactCorruptException">The contents do not match the digest.</exception>
    public async Task<string> BringAsync(string digest, string folder, string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path))
            return path;
        await using var contents = await artifacts.OpenAsync(digest, cancellationToken);
        await BringAsync(contents, path, cancellationToken);
        return path;
    }

    /// <summary>Brings what was staged into a folder, in the same way.</summary>
    /// <returns>The whole path.</returns>
    /// <exception cref="ArtifactMissingException">It was kept or dropped, or never staged.</exception>
    public async Task<string> BringStagedAsync(string ticket, string folder, string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, name);
        await using var contents = await artifacts.OpenStagedAsync(ticket, cancellationToken);
        await BringAsync(contents, path, cancellationToken);
        return path;
    }

    /// <summary>Stores a file as an artifact, and returns its digest.</summary>
    public async Task<string> KeepAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await artifacts.PutAsync(file, long.MaxValue, cancellationToken);
    }

    private static async Task BringAsync(Stream contents, string path, CancellationToken cancellationToken)
    {
        if (contents is FileStream file && OperatingSystem.IsLinux() && Link(file.Name, path) == 0)
            return;
        await using var copy = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        await contents.CopyToAsync(copy, cancellationToken);
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
