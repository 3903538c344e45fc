using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>The objects of a bucket and its unfinished uploads, with contents in files.</summary>
internal sealed class S3Bucket : IDisposable
{
    private const long MinPartBytes = 5 << 20;

    private readonly TemporaryFolder _folder = new();

    public ConcurrentDictionary<string, S3Object> Objects { get; } = [];

    public ConcurrentDictionary<string, S3Upload> Uploads { get; } = [];

    public void Dispose() => _folder.Dispose();

    public string NewFile() => _folder[Guid.NewGuid().ToString("n")];

    public S3Object Get(string key) => Objects.TryGetValue(key, out var found) ? found : throw new S3Error(404, "NoSuchKey");

    public S3Object Put(string key, string path, string etag)
    {
        var created = new S3Object(path, etag, DateTimeOffset.UtcNow);
        Objects[key] = created;
        return created;
    }

    public S3Object Copy(string source, string key)
    {
        var (found, path) = (Get(source), NewFile());
        File.Copy(found.Path, path);
        return Put(key, path, found.Etag);
    }

    public S3Upload Upload(string id, string key) =>
        Uploads.TryGetValue(id, out var found) && found.Key == key ? found : throw new S3Error(404, "NoSuchUpload");

    /// <summary>Joins the parts of an upload, which are listed in their order.</summary>
    public async Task<S3Object> CompleteAsync(string id, string key, IReadOnlyList<(int Number, string Etag, string? Crc)> parts)
    {
        var upload = Upload(id, key);
        if (!parts.Select(part => part.Number).SequenceEqual(parts.Select(part => part.Number).Distinct().Order()))
            throw new S3Error(400, "InvalidPartOrder");
        var path = NewFile();
        await using (var file = File.Create(path))
        {
            for (var index = 0; index < parts.Count; index++)
            {
                var (number, etag, crc) = parts[index];
                if (!upload.Parts.TryGetValue(number, out var part) || part.Etag != etag || (crc is not null && part.Crc != crc))
                    throw new S3Error(400, "InvalidPart");
                await using var contents = File.OpenRead(part.Path);
                if (contents.Length < MinPartBytes && index < parts.Count - 1)
                    throw new S3Error(400, "EntityTooSmall");
                await contents.CopyToAsync(file);
            }
        }

        if (!Uploads.TryRemove(id, out _))
            throw new S3Error(404, "NoSuchUpload");
        var all = MD5.HashData(Encoding.ASCII.GetBytes(string.Concat(parts.Select(part => part.Etag))));
        return Put(key, path, $"{Convert.ToHexStringLower(all)}-{parts.Count}");
    }
}
