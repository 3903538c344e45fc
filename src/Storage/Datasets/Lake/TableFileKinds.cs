namespace Progeny.Storage.Datasets.Lake;

/// <summary>What a file is, by its name.</summary>
internal static class TableFileKinds
{
    public const string Parquet = "parquet";
    public const string Json = "json";
    public const string Separated = "separated";

    public static string Of(string path)
    {
        var name = Path.GetFileName(path).ToLowerInvariant();
        if (name.EndsWith(".gz", StringComparison.Ordinal) || name.EndsWith(".zst", StringComparison.Ordinal))
            name = Path.GetFileNameWithoutExtension(name);
        return Path.GetExtension(name) switch
        {
            ".parquet" or ".pq" => Parquet,
            ".json" or ".ndjson" or ".jsonl" => Json,
            _ => Separated,
        };
    }
}
