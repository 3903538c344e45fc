namespace Progeny.Cli.Feedback;

/// <summary>The state of a feedback loop, as the server says it.</summary>
internal sealed record FeedbackView(FeedbackView.LatencyView? Latency, IReadOnlyList<FeedbackView.AgeView> Ages, long Unmatched)
{
    internal sealed record LatencyView(long Outcomes, double Mean, double P50, double P90, double P99, double Max);

    internal sealed record AgeView(double FromSeconds, double? ToSeconds, long Queries, long WithOutcome, double? Share);
}
