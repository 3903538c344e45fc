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
}
