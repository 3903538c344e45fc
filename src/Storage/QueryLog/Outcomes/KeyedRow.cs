using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>An outcome by key and time that waits for its query. Times are in microseconds since 1970, UTC.</summary>
internal sealed class KeyedRow
{
    public required long Id { get; init; }

    public required string Key { get; init; }

    public required long At { get; init; }

    public required string Value { get; init; }

    public required long ObservedAt { get; init; }

    /// <summary>The earliest time of its query.</summary>
    public required long Earliest { get; init; }

    /// <summary>Its query; null: none was found.</summary>
    public string? QueryId { get; set; }

    /// <summary>When several queries were answered, all of which it may belong to; null: there are none such.</summary>
    public long? Tie { get; set; }

    /// <summary>The outcome as a report of its query; null: none was found.</summary>
    public ReportedOutcome? ToReport(DateTimeOffset now) =>
        QueryId is null ? null : new ReportedOutcome(QueryId, Value, QueryCodes.DecodeTime(ObservedAt), now) { IsReread = true };
}
