using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>What a file is: its compression, and the format of what is in it.</summary>
/// <param name="Format"><c>csv</c>, <c>tsv</c>, <c>json</c>, <c>ndjson</c>, <c>parquet</c>, or <c>file</c>; null: to be found out from its text.</param>
/// <param name="Compression"><c>gzip</c>, <c>zstd</c>; null: none.</param>
internal sealed record FileKind(string? Format, string? Compression)
{
    public const string Csv = "csv";
    public const string Tsv = "tsv";
    public const string Json = "json";
    public const string NdJson = "ndjson";
    public const string Parquet = "parquet";
    public const string File = "file";

    /// <summary>The formats that somebody can name.</summary>
    public static IReadOnlyList<string> Formats { get; } = [Csv, Tsv, Json, NdJson, Parquet, File];

    private static readonly Dictionary<string, string> _byEnding = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = Csv, [".tsv"] = Tsv, [".tab"] = Tsv, [".json"] = Json, [".geojson"] = Json,
        [".ndjson"] = NdJson, [".jsonl"] = NdJson, [".parquet"] = Parquet, [".pq"] = Parquet,
    };

    // Texts that are no tables, though many a table could be read into them.
    private static readonly HashSet<string> _otherTexts = new(StringComparer.OrdinalIgnoreCase)
    {
        ".md", ".html", ".htm", ".xml", ".yaml", ".yml", ".py", ".r", ".sql", ".log", ".svg", ".ipynb", ".toml", ".ini", ".rst", ".tex",
    };

    /// <summary>What a file is, by its first bytes, its name and what was said about it.</summary>
    public static FileKind Detect(string path, string? fileName, ReadOptions? read)
    {
        Span<byte> head = stackalloc byte[4];
        using (var file = System.IO.File.OpenRead(path))
            head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        var compression = head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? "gzip"
            : head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? "zstd"
            : null;
        var name = fileName ?? "";
        if (compression is not null && Path.GetExtension(name) is ".gz" or ".gzip" or ".zst" or ".zstd")
            name = Path.GetFileNameWithoutExtension(name);
        var ending = Path.GetExtension(name);
        return new FileKind(
            read?.Format
                ?? (head.SequenceEqual("PAR1"u8) ? Parquet
                    : _otherTexts.Contains(ending) ? File
                    : _byEnding.GetValueOrDefault(ending)),
            compression);
    }

    /// <summary>As <see cref="DatasetVersion.Format"/> says it.</summary>
    public override string ToString() => Compression is null ? Format ?? File : $"{Format ?? File}+{Compression}";
}
