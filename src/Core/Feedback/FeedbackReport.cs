using System.Collections.Immutable;

namespace Progeny.Core.Feedback;

/// <summary>How late a project's outcomes are, and how many are missing.</summary>
/// <param name="Latency">From the answer to the first report of its outcome; null: no outcome has a query in the log.</param>
/// <param name="Ages">Queries by their age, the youngest first.</param>
/// <param name="Unmatched">How many of the newest 10,000 outcomes have no query in the log.</param>
public sealed record FeedbackReport(FeedbackLatency? Latency, ImmutableArray<FeedbackAge> Ages, long Unmatched)
{
    /// <summary>Where the ages end.</summary>
    public static readonly ImmutableArray<TimeSpan> AgeBounds =
        [TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(30)];
}
