using System.IO.Compression;
using Progeny.Core.Manifests;
using Progeny.Core.Manifests.Shapes;

namespace Progeny.Core.Releases.Packages;

/// <summary>Reads packages that strangers may have made: nothing in them is believed before it has been checked.</summary>
public static class PackageReader
{
    // The index names each file in a few hundred bytes.
    private const int MaxIndexBytesPerEntry = 6 * PackagePath.MaxLength;

    /// <summary>Copies the zip to a temporary file, inflates every entry once and checks it all.</summary>
    /// <exception cref="PackageException">
    /// The package is refused: paths that leave it, links, duplicates, too much of anything, encryption, damage, files and index that
    /// differ, no valid manifest. The message names the entry and the limit.
    /// </exception>
    public static async Task<Package> ReadAsync(Stream zip, PackageLimits limits, CancellationToken cancellationToken)
    {
        var copy = TemporaryFile.Create();
        ZipArchive? archive = null;
        try
        {
            await SpoolAsync(zip, copy, limits, cancellationToken);
            await ZipTrailer.CheckAsync(copy, limits, cancellationToken);
            archive = PackageZip.Guard("package", () => new ZipArchive(copy, ZipArchiveMode.Read, leaveOpen: true));
            var opened = archive;
            var entries = PackageZip.Guard("package", () => opened.Entries);
            CheckCount(entries, limits);
            var files = WithoutFolders(entries);
            CheckEntries(files);
            var index = archive.GetEntry(PackageIndex.FileName) is { } stored
                ? await ReadIndexAsync(stored, files, limits, cancellationToken)
                : null;
            index = await ReadContentsAsync(files, copy.Length, index, limits, cancellationToken);
            var (manifest, text) = await ReadManifestAsync(archive, index, limits, cancellationToken);
            CheckNamedFiles(manifest, index);
            return new Package(copy, archive, index, manifest, text, limits);
        }
        catch
        {
            archive?.Dispose();
            await copy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes sure that the files which a manifest names are in the package.</summary>
    internal static void CheckNamedFiles(Manifest manifest, PackageIndex index)
    {
        foreach (var (key, path) in new[] { ("source.file", manifest.Source?.File), ("pipeline.model", manifest.Pipeline.Model) })
        {
            if (path is not null && !index.Files.Any(f => f.Path == path))
                throw new PackageException($"'{path}', which {key} of the manifest names, is not in the package");
        }
    }

    /// <summary>Makes sure that paths are sound and can stand beside each other on any file system.</summary>
    internal static void CheckPaths(IEnumerable<string> paths)
    {
        var files = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in paths)
        {
            if (PackagePath.Problem(path) is { } problem)
                throw new PackageException($"the entry {Quote.Of(path)} is refused: {problem}");
            if (!files.Add(path))
                throw new PackageException($"'{path}' is in the package twice; names must differ in more than case");
        }

        foreach (var path in files)
        {
            for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
            {
                if (files.Contains(path[..slash]))
                    throw new PackageException($"'{path[..slash]}' is both a file and the folder of '{path}'");
            }
        }
    }

    private static async Task SpoolAsync(Stream zip, FileStream copy, PackageLimits limits, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        while (await zip.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (copy.Length + count > limits.MaxZipBytes)
                throw new PackageException($"the zip has more than {limits.MaxZipBytes} bytes, the most allowed");
            await copy.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        await copy.FlushAsync(cancellationToken);
    }

    private static void CheckCount(IReadOnlyCollection<ZipArchiveEntry> entries, PackageLimits limits)
    {
        if (entries.Count > limits.MaxEntries + 1)
            throw new PackageException(
                $"the zip has {entries.Count} entries; at most {limits.MaxEntries + 1} are allowed, the index included");
    }

    /// <summary>
    /// The entries of files. Those of folders, which zip programs add, are left out once their paths have been found sound.
    /// </summary>
    private static List<ZipArchiveEntry> WithoutFolders(IReadOnlyCollection<ZipArchiveEntry> entries)
    {
        foreach (var folder in entries.Where(PackageZip.IsFolder))
        {
            if (PackagePath.Problem(folder.FullName[..^1]) is { } problem)
                throw new PackageException($"the entry {Quote.Of(folder.FullName)} is refused: {problem}");
        }

        return [.. entries.Where(entry => !PackageZip.IsFolder(entry))];
    }

    private static void CheckEntries(IReadOnlyCollection<ZipArchiveEntry> entries)
    {
        CheckPaths(entries.Select(e => e.FullName));
        foreach (var entry in entries)
        {
            if (entry.IsEncrypted)
                throw new PackageException($"'{entry.FullName}' is encrypted; a package is not");
            if (PackageZip.IsSpecial(entry))
                throw new PackageException($"'{entry.FullName}' is a link, a folder or a device; a package holds files only");
        }
    }

    private static async Task<PackageIndex> ReadIndexAsync(
        ZipArchiveEntry entry, IReadOnlyCollection<ZipArchiveEntry> files, PackageLimits limits, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream();
        await PackageZip.CopyAsync(
            entry, expected: null, json, limits, (limits.MaxEntries + 1L) * MaxIndexBytesPerEntry, cancellationToken);
        var index = PackageIndex.Parse(json.ToArray());
        CheckIndex(index, files);
        return index;
    }

    private static void CheckIndex(PackageIndex index, IReadOnlyCollection<ZipArchiveEntry> entries)
    {
        var paths = index.Files.Select(f => f.Path).ToList();
        CheckPaths(paths);
        var there = entries.Select(e => e.FullName).Where(n => n != PackageIndex.FileName).ToList();
        if (paths.Except(there, StringComparer.Ordinal).FirstOrDefault() is { } missing)
            throw new PackageException($"'{missing}' is in the index and not in the zip");
        if (there.Except(paths, StringComparer.Ordinal).FirstOrDefault() is { } extra)
            throw new PackageException($"'{extra}' is in the zip and not in the index");
    }

    /// <summary>Inflates every file once, and compares it with the index where the package has one.</summary>
    /// <returns>What is in the package.</returns>
    private static async Task<PackageIndex> ReadContentsAsync(
        IReadOnlyCollection<ZipArchiveEntry> entries,
        long zipBytes,
        PackageIndex? index,
        PackageLimits limits,
        CancellationToken cancellationToken)
    {
        var expected = index?.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var remaining = limits.MaxTotalBytes;
        var files = new List<PackageFile>();
        foreach (var entry in entries.Where(entry => entry.FullName != PackageIndex.FileName))
        {
            var file = await PackageZip.CopyAsync(entry, expected?[entry.FullName], Stream.Null, limits, remaining, cancellationToken);
            remaining -= file.Bytes;
            CheckRatio(limits.MaxTotalBytes - remaining, zipBytes, limits);
            files.Add(file);
        }

        return index ?? new PackageIndex(files);
    }

    /// <summary>Holds all files together to the ratio that each large one is held to: many small ones make a large one.</summary>
    private static void CheckRatio(long inflated, long zipBytes, PackageLimits limits)
    {
        if (inflated > limits.RatioFreeBytes && inflated > zipBytes * limits.MaxRatio)
            throw new PackageException(
                $"the files are more than {limits.MaxRatio} times larger than the zip of {zipBytes} bytes, the most allowed");
    }

    private static async Task<(Manifest Manifest, string Text)> ReadManifestAsync(
        ZipArchive archive, PackageIndex index, PackageLimits limits, CancellationToken cancellationToken)
    {
        var file = index.Files.FirstOrDefault(f => f.Path == ManifestParser.FileName)
            ?? throw new PackageException(WithoutManifest(index));
        if (file.Bytes > ManifestParser.MaxLength)
            throw new PackageException($"'{file.Path}' has {file.Bytes} bytes; at most {ManifestParser.MaxLength} are allowed");
        using var bytes = new MemoryStream();
        await PackageZip.CopyAsync(archive.GetEntry(file.Path)!, file, bytes, limits, limits.MaxTotalBytes, cancellationToken);
        var result = ManifestParser.ParseUtf8(bytes.ToArray());
        return result.IsValid
            ? (result.Manifest, System.Text.Encoding.UTF8.GetString(bytes.ToArray()))
            : throw new PackageException(result.Errors);
    }

    private static string WithoutManifest(PackageIndex index)
    {
        var inner = index.Files.Select(file => file.Path)
            .FirstOrDefault(path => path.EndsWith("/" + ManifestParser.FileName, StringComparison.Ordinal));
        return $"'{ManifestParser.FileName}' is missing in the package's root"
            + (inner is null ? "" : $"; there is a '{inner}': zip what is in the folder of the manifest, not the folder itself");
    }
}
