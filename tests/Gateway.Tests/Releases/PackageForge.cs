using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Progeny.Core.Releases.Packages;

namespace Progeny.Gateway.Tests.Releases;

/// <summary>Packages that the writer would not make: with files exchanged or added, and an index that fits.</summary>
internal static class PackageForge
{
    public static async Task<byte[]> MakeAsync(string folder, string path, string text)
    {
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(folder, zip, CancellationToken.None);
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Update, leaveOpen: true))
        {
            var contents = Encoding.UTF8.GetBytes(text);
            Replace(archive, path, contents);
            var files = Read(archive).Where(file => file.Path != path)
                .Append(new PackageFile(path, contents.Length, Convert.ToHexStringLower(SHA256.HashData(contents))));
            var index = new PackageIndex(files);
            var json = new JsonObject
            {
                ["format"] = 1,
                ["files"] = new JsonArray(
                    [
                        .. index.Files.Select(
                            file => new JsonObject { ["path"] = file.Path, ["bytes"] = file.Bytes, ["sha256"] = file.Sha256 }),
                    ]),
                ["total"] = new JsonObject { ["files"] = index.Files.Count, ["bytes"] = index.TotalBytes, ["sha256"] = index.Digest },
            };
            Replace(archive, PackageIndex.FileName, Encoding.UTF8.GetBytes(json.ToJsonString()));
        }

        return zip.ToArray();
    }

    private static List<PackageFile> Read(ZipArchive archive)
    {
        using var stream = archive.GetEntry(PackageIndex.FileName)!.Open();
        return [
            .. JsonNode.Parse(stream)!["files"]!.AsArray()
                .Select(file => new PackageFile((string)file!["path"]!, (long)file["bytes"]!, (string)file["sha256"]!)),
        ];
    }

    private static void Replace(ZipArchive archive, string path, byte[] contents)
    {
        archive.GetEntry(path)?.Delete();
        using var stream = archive.CreateEntry(path).Open();
        stream.Write(contents);
    }
}
