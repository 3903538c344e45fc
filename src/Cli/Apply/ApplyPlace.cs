using Progeny.Cli.Common;

namespace Progeny.Cli.Apply;

/// <summary>Where the predictions of a batch apply go.</summary>
/// <param name="Output">As the server takes it.</param>
/// <param name="File">The local file; null: it is a dataset, or a table of a feed.</param>
internal sealed record ApplyPlace(string Output, string? File)
{
    /// <exception cref="CliException">It is neither.</exception>
    public static ApplyPlace Of(string output) => Path.GetExtension(output).ToLowerInvariant() switch
    {
        _ when output.StartsWith("dataset:", StringComparison.Ordinal) || output.StartsWith("feed:", StringComparison.Ordinal) =>
            new ApplyPlace(output, null),
        ".parquet" => new ApplyPlace("file:parquet", output),
        ".csv" => new ApplyPlace("file:csv", output),
        ".ndjson" or ".jsonl" => new ApplyPlace("file:ndjson", output),
        _ => throw new CliException(
            $"The output '{output}' is no dataset (dataset:NAME) or table of a feed (feed:NAME/TABLE), and as a file it must end in .parquet, .csv or .ndjson.",
            ExitCodes.Usage),
    };
}
