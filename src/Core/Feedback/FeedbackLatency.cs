namespace Progeny.Core.Feedback;

/// <summary>
/// How long the newest outcomes, 10,000 at most, came after the answers to their queries, in seconds. One that came before counts as 0.
/// </summary>
/// <param name="Outcomes">How many were checked.</param>
public sealed record FeedbackLatency(long Outcomes, double Mean, double P50, double P90, double P99, double Max)
{
    /// <param name="seconds">At least one.</param>
    public static FeedbackLatency Of(IEnumerable<double> seconds)
    {
        var sorted = seconds.Select(value => Math.Max(0, value)).Order().ToArray();
        return new FeedbackLatency(sorted.Length, sorted.Average(), At(0.5), At(0.9), At(0.99), sorted[^1]);

        // The nearest rank: a figure that was really measured.
        double At(double quantile) => sorted[Math.Max(0, (int)Math.Ceiling(quantile * sorted.Length) - 1)];
    }
}
