using System.Text.Json;

namespace Progeny.Contracts.QueryLog;

/// <summary>A logged query as the API shows it.</summary>
public sealed record QueryView
{
    public required string QueryId { get; init; }

    /// <summary>The record's place in the log.</summary>
    public required long Sequence { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The generation that answered, release:generation.</summary>
    public required string Version { get; init; }

    public required string Arm { get; init; }

    public required string Reason { get; init; }

    public string? Entity { get; init; }

    /// <summary>Null: not kept, by the manifest's <c>serving.log_sample</c>.</summary>
    public JsonElement? Fields { get; init; }

    /// <summary>The features that augmentation obtained.</summary>
    public JsonElement? Augmented { get; init; }

    public JsonElement? Prediction { get; init; }

    public string? Error { get; init; }

    /// <summary>The rules that fired.</summary>
    public JsonElement? Rules { get; init; }

    /// <summary>Microseconds.</summary>
    public required LatencyView Latency { get; init; }

    /// <summary>How often this query id was used.</summary>
    public required int Attempts { get; init; }

    /// <summary>The places of other records with this id, the last first; of a query that was asked for by its id.</summary>
    public IReadOnlyList<long>? Others { get; init; }

    /// <summary>The outcome that counts: the last one reported.</summary>
    public string? Outcome { get; init; }

    /// <summary>All reports of the outcome, oldest first.</summary>
    public required IReadOnlyList<ReportedOutcome> Outcomes { get; init; }
}
