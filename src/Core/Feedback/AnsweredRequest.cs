using Progeny.Core.Datasets;

namespace Progeny.Core.Feedback;

/// <summary>Which answered queries are wanted.</summary>
public sealed record AnsweredRequest
{
    /// <summary>The project that was asked.</summary>
    public required string Project { get; init; }

    public QueryMark From { get; init; }

    public required QueryMark To { get; init; }

    /// <summary>The features and fields wanted, in the order of <see cref="AnsweredQuery.Values"/>.</summary>
    public required QueryProjection Projection { get; init; }

    /// <summary>The most queries, the last in time; null: all.</summary>
    public int? MaxRows { get; init; }

    /// <summary>How far back from the last query; null: to the first.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>Only queries that were answered at this time or later; null: from the first.</summary>
    public DateTimeOffset? FromAt { get; init; }

    /// <summary>Only queries that were answered before this time; null: to the last.</summary>
    public DateTimeOffset? UntilAt { get; init; }

    /// <summary>Whether a query answered at a time is wanted.</summary>
    public bool Covers(DateTimeOffset at) => !(at < FromAt) && !(at >= UntilAt);
}
