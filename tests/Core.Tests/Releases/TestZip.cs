using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Progeny.Core.Releases.Packages;

namespace Progeny.Core.Tests.Releases;

/// <summary>Makes packages by hand, so that each rule can be broken on its own.</summary>
internal sealed class TestZip
{
    private readonly List<(string Path, byte[] Contents, int Attributes)> entries = [];

    /// <summary>What stands in the index for the entries, where it is not what they are.</summary>
    public string? IndexJson { get; init; }

    public bool WithIndex { get; init; } = true;

    public static TestZip WithManifest() => new TestZip().Add("progeny.yaml", ManifestTexts.Model).Add("models/model.onnx", "model");

    public TestZip Add(string path, string contents, int attributes = 0) => Add(path, Encoding.UTF8.GetBytes(contents), attributes);

    public TestZip Add(string path, byte[] contents, int attributes = 0)
    {
        entries.Add((path, contents, attributes));
        return this;
    }

    public byte[] ToArray()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, contents, attributes) in entries)
                Write(archive, path, contents, attributes);
            if (WithIndex)
                Write(archive, PackageIndex.FileName, Encoding.UTF8.GetBytes(IndexJson ?? MakeIndexJson()), 0);
        }

        return zip.ToArray();
    }

    public string MakeIndexJson()
    {
        var index = new PackageIndex(
            entries.Select(e => new PackageFile(e.Path, e.Contents.Length, Convert.ToHexStringLower(SHA256.HashData(e.Contents)))));
        return JsonSerializer.Serialize(new
        {
            format = 1,
            files = index.Files.Select(f => new { path = f.Path, bytes = f.Bytes, sha256 = f.Sha256 }),
            total = new { files = index.Files.Count, bytes = index.TotalBytes, sha256 = index.Digest },
        });
    }

    private static void Write(ZipArchive archive, string path, byte[] contents, int attributes)
    {
        var entry = archive.CreateEntry(path);
        entry.ExternalAttributes = attributes;
        using var stream = entry.Open();
        stream.Write(contents);
    }
}
