using System.Text.Json.Serialization;

namespace Progeny.Core.Apply;

/// <summary>What a job of the kind apply made.</summary>
public sealed record ApplyReport
{
    /// <summary>The generation that predicted.</summary>
    public required string Generation { get; init; }

    /// <summary>The input with the version that was read.</summary>
    public required string Input { get; init; }

    /// <summary>The rows of the input.</summary>
    public required long Rows { get; init; }

    /// <summary>The rows that have a prediction.</summary>
    public required long Predicted { get; init; }

    /// <summary>The rows, and lines that are no rows, that have none: see the list of bad rows.</summary>
    public required long BadRows { get; init; }

    /// <summary>Where the predictions are: <c>dataset:scores@3</c>, <c>feed:crm/scores</c>, or <c>file:predictions.parquet</c>.</summary>
    public required string Output { get; init; }

    /// <summary>The name that the file of predictions has when it is downloaded; null: they are in a dataset.</summary>
    public string? FileName { get; init; }

    /// <summary>The digest of the file of predictions; null: they are in a dataset.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    /// <summary>The digest of the list of bad rows, as NDJSON; null: there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Bad { get; init; }
}
