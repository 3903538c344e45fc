using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Progeny.Core.Releases.Packages;

/// <summary>The contents of a package, kept in it as <c>progeny.lock.json</c>.</summary>
public sealed record PackageIndex
{
    /// <summary>The index's name in a package.</summary>
    public const string FileName = "progeny.lock.json";

    private const int Format = 1;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public PackageIndex(IEnumerable<PackageFile> files)
    {
        Files = [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
        TotalBytes = Files.Sum(f => f.Bytes);
        var lines = string.Concat(Files.Select(f => $"{f.Sha256} {f.Bytes} {f.Path}\n"));
        Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)));
    }

    /// <summary>All files but the index, by path in ordinal order.</summary>
    public IReadOnlyList<PackageFile> Files { get; }

    public long TotalBytes { get; }

    /// <summary>
    /// The digest of the contents, however they are compressed: SHA-256 over a line <c>sha256 bytes path</c> for each file, in order.
    /// </summary>
    public string Digest { get; }

    internal byte[] ToJson()
    {
        var stored = new Stored(Format, Files, new Total(Files.Count, TotalBytes, Digest));
        return [.. JsonSerializer.SerializeToUtf8Bytes(stored, Options), (byte)'\n'];
    }

    /// <exception cref="PackageException">It is not an index, or does not agree with itself.</exception>
    internal static PackageIndex Parse(ReadOnlySpan<byte> json)
    {
        Stored stored;
        try
        {
            stored = JsonSerializer.Deserialize<Stored>(json, Options) ?? throw new JsonException("it is null");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new PackageException($"'{FileName}' is not an index: {exception.Message}", exception);
        }

        if (stored.Format != Format)
            throw new PackageException($"'{FileName}' has format {stored.Format}; this version reads format {Format}");
        foreach (var file in stored.Files)
        {
            if (file is null || file.Bytes < 0 || file.Sha256.Length != 64 || !file.Sha256.All(char.IsAsciiHexDigitLower))
                throw new PackageException($"'{FileName}' has an entry without a path, a size or a SHA-256 of 64 lower-case digits");
        }

        if (stored.Files.Sum(f => (decimal)f.Bytes) > long.MaxValue)
            throw new PackageException($"'{FileName}' names sizes beyond reason");
        var index = new PackageIndex(stored.Files);
        if (stored.Total.Sha256 != index.Digest || stored.Total.Files != index.Files.Count || stored.Total.Bytes != index.TotalBytes)
            throw new PackageException($"'{FileName}' does not agree with itself: its total is not that of its files");
        return index;
    }

    private sealed record Total(int Files, long Bytes, string Sha256);

    private sealed record Stored(int Format, IReadOnlyList<PackageFile> Files, Total Total);
}
