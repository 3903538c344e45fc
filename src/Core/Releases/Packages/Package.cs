using System.IO.Compression;
using Progeny.Core.Manifests;

namespace Progeny.Core.Releases.Packages;

/// <summary>A package that passed every check. It holds a temporary copy of the zip until it is disposed. Not for concurrent use.</summary>
public sealed class Package : IDisposable
{
    private readonly ZipArchive archive;
    private readonly FileStream zip;
    private readonly PackageLimits limits;
    private readonly Dictionary<string, PackageFile> files;

    internal Package(FileStream zip, ZipArchive archive, PackageIndex index, Manifest manifest, string manifestText, PackageLimits limits)
    {
        this.zip = zip;
        this.archive = archive;
        this.limits = limits;
        Index = index;
        Manifest = manifest;
        ManifestText = manifestText;
        files = index.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
    }

    public Manifest Manifest { get; }

    /// <summary>The manifest as its author wrote it.</summary>
    public string ManifestText { get; }

    /// <summary>The files and their digests, the index itself left out.</summary>
    public PackageIndex Index { get; }

    /// <summary>The file at a path of the package, or null.</summary>
    public PackageFile? Find(string path) => files.GetValueOrDefault(path);

    /// <summary>Writes all files into a folder, which is made where it is missing; each is checked against its digest once more.</summary>
    /// <exception cref="IOException">The folder cannot be written, or a file of the package is there already.</exception>
    public async Task ExtractToAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var file in Index.Files)
        {
            var target = Path.Combine(folder, file.Path.Replace('/', Path.DirectorySeparatorChar));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var entry = archive.GetEntry(file.Path)!;
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = PackageZip.ModeOf(entry);
            await using var output = new FileStream(target, options);
            await PackageZip.CopyAsync(entry, file, output, limits, limits.MaxTotalBytes, cancellationToken);
        }
    }

    public void Dispose()
    {
        archive.Dispose();
        zip.Dispose();
    }
}
