using System.IO.Compression;
using System.Security.Cryptography;
using Progeny.Core.Manifests;

namespace Progeny.Core.Releases.Packages;

/// <summary>Packs a project's folder. The same files give the same bytes: entries are sorted and bear one fixed time.</summary>
public static class PackageWriter
{
    private static readonly DateTimeOffset FixedTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the zip to a stream and returns its index. What <see cref="PackageFolder"/> passes over is left out.</summary>
    /// <exception cref="PackageException">
    /// The folder has no valid manifest, lacks a file that it names, or holds more than <see cref="PackageLimits.Default"/> allows.
    /// </exception>
    public static async Task<PackageIndex> WriteAsync(string folder, Stream output, CancellationToken cancellationToken)
    {
        var limits = PackageLimits.Default;
        var manifest = await ReadManifestAsync(folder, cancellationToken);
        var paths = PackageFolder.List(folder);
        if (paths.Count > limits.MaxEntries)
            throw new PackageException(
                $"the project has {paths.Count} files; at most {limits.MaxEntries} are allowed. List what to leave out in "
                    + $"{PackageFolder.IgnoreFileName}");
        PackageReader.CheckPaths(paths.Append(PackageIndex.FileName));
        RequireSize(folder, paths, limits);

        // A zip is written differently to a stream that cannot seek; through a file its bytes are always the same.
        await using var zip = TemporaryFile.Create();
        var index = await WriteZipAsync(zip, folder, paths, stored: [], cancellationToken);
        PackageReader.CheckNamedFiles(manifest, index);
        var dense = FindDense(zip, limits);
        if (dense.Count > 0)
            index = await WriteZipAsync(zip, folder, paths, dense, cancellationToken);
        zip.Position = 0;
        await zip.CopyToAsync(output, cancellationToken);
        return index;
    }

    private static async Task<PackageIndex> WriteZipAsync(
        FileStream zip, string folder, IReadOnlyList<string> paths, HashSet<string> stored, CancellationToken cancellationToken)
    {
        zip.SetLength(0);
        var files = new List<PackageFile>();
        using var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var path in paths)
            files.Add(await AddAsync(archive, folder, path, stored.Contains(path), cancellationToken));
        var index = new PackageIndex(files);
        await AddIndexAsync(archive, index, cancellationToken);
        return index;
    }

    /// <summary>Files that compress so well that a reader would take them for a bomb; they are stored as they are.</summary>
    private static HashSet<string> FindDense(FileStream zip, PackageLimits limits)
    {
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
        // Where all together are too dense, small ones are stored, too: what is left is less dense than the limit.
        var total = archive.Entries.Sum(e => e.Length);
        var least = total > limits.RatioFreeBytes && total / Math.Max(1, zip.Length) >= limits.MaxRatio ? 0 : limits.RatioFreeBytes;
        return [.. archive.Entries
            .Where(e => e.Length > least && e.Length / Math.Max(1, e.CompressedLength) >= limits.MaxRatio)
            .Select(e => e.FullName)];
    }

    private static async Task<Manifest> ReadManifestAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, ManifestParser.FileName);
        if (!File.Exists(path))
            throw new PackageException(
                $"'{folder}' is no project: it has no {ManifestParser.FileName}. 'progeny project init NAME' makes one");
        var result = new FileInfo(path).Length > ManifestParser.MaxLength
            ? throw new PackageException($"'{ManifestParser.FileName}' has more than {ManifestParser.MaxLength} bytes, the most allowed")
            : ManifestParser.ParseUtf8(await File.ReadAllBytesAsync(path, cancellationToken));
        return result.Manifest ?? throw new PackageException(result.Errors);
    }

    private static void RequireSize(string folder, IReadOnlyList<string> paths, PackageLimits limits)
    {
        var (total, largest, largestBytes) = (0L, "", 0L);
        foreach (var path in paths)
        {
            var bytes = new FileInfo(Path.Combine(folder, path)).Length;
            total += bytes;
            if (bytes > largestBytes)
                (largest, largestBytes) = (path, bytes);
        }

        if (total > limits.MaxTotalBytes)
            throw new PackageException(
                $"the project has {total} bytes, {largestBytes} of them in '{largest}'; at most {limits.MaxTotalBytes} are allowed. List "
                    + $"what to leave out in {PackageFolder.IgnoreFileName}");
    }

    private static async Task<PackageFile> AddAsync(
        ZipArchive archive, string folder, string path, bool stored, CancellationToken cancellationToken)
    {
        var source = Path.Combine(folder, path);
        var executable = !OperatingSystem.IsWindows() && File.GetUnixFileMode(source).HasFlag(UnixFileMode.UserExecute);
        await using var input = File.OpenRead(source);
        await using var target = await CreateEntry(archive, path, executable, stored).OpenAsync(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        var total = 0L;
        while (await input.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            total += count;
            hash.AppendData(buffer, 0, count);
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        return new PackageFile(path, total, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static async Task AddIndexAsync(ZipArchive archive, PackageIndex index, CancellationToken cancellationToken)
    {
        await using var target = await CreateEntry(archive, PackageIndex.FileName, executable: false, stored: false)
            .OpenAsync(cancellationToken);
        await target.WriteAsync(index.ToJson(), cancellationToken);
    }

    private static ZipArchiveEntry CreateEntry(ZipArchive archive, string path, bool executable, bool stored)
    {
        var entry = archive.CreateEntry(path, stored ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
        entry.LastWriteTime = FixedTime;
        entry.ExternalAttributes = PackageZip.ToAttributes(executable ? PackageZip.ExecutableMode : PackageZip.PlainMode);
        return entry;
    }
}
