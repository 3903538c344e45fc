using Progeny.Abstractions.Releases;

namespace Progeny.Core.Evaluation;

/// <summary>
/// A generation that was asked the logged queries of a period whose outcome is known, compared query by query with what was served.
/// </summary>
public sealed record BacktestReport
{
    public required GenerationReference Generation { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The job that made it.</summary>
    public required string JobId { get; init; }

    /// <summary>The begin of the period; null: the begin of the log.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The end of the period, exclusive; null: the end of the log when the job began.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The confidence of the intervals, such as 0.95.</summary>
    public required double Confidence { get; init; }

    /// <summary>Whether the intervals allow for queries of one entity being alike; else each query stands for itself.</summary>
    public required bool IsByEntity { get; init; }

    /// <summary>All queries.</summary>
    public required BacktestSlice Overall { get; init; }

    /// <summary>The queries by the generation that served them, and by the values of fields.</summary>
    public required IReadOnlyList<BacktestGroup> Groups { get; init; }

    /// <summary>How many queries with a known outcome were left out, by the reason.</summary>
    public required IReadOnlyDictionary<string, long> LeftOut { get; init; }

    /// <summary>What a reader should know of how the queries were asked.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
