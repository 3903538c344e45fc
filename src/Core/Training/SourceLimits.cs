using System.Globalization;
using Progeny.Core.Manifests;

namespace Progeny.Core.Training;

/// <summary>How long a source may be read, and how much it may yield: what the manifest says, within the operator's bounds.</summary>
internal sealed class SourceLimits(SourceManifest source, TrainerOptions options)
{
    /// <summary>The time that reading may take.</summary>
    public TimeSpan Time => source.Timeout < options.MaxSourceTime ? source.Timeout : options.MaxSourceTime;

    /// <summary>The most rows.</summary>
    public long Rows => Math.Min(source.MaxRows ?? long.MaxValue, options.MaxSourceRows);

    /// <summary>The most bytes of all rows together.</summary>
    public long Bytes => options.MaxSourceBytes;

    public string TooLate => source.Timeout <= options.MaxSourceTime
        ? $"Reading the rows took more than {source.Timeout:c} (source.timeout)."
        : $"Reading the rows took more than {options.MaxSourceTime:c} (the node's Trainer:MaxSourceTime).";

    public string TooManyRows => string.Create(
        CultureInfo.InvariantCulture,
        $"The source has more than {Rows} rows "
            + $"({(source.MaxRows <= options.MaxSourceRows ? "source.max_rows" : "the node's Trainer:MaxSourceRows")}); {Fewer}.");

    public string TooManyBytes => string.Create(
        CultureInfo.InvariantCulture,
        $"The rows of the source have more than {Bytes} bytes (the node's Trainer:MaxSourceBytes); {Fewer}, or fewer columns.");

    private string Fewer =>
        source.Ordinal is null ? "let its query yield fewer" : "let its query yield fewer, or take the last ones with source.window";
}
