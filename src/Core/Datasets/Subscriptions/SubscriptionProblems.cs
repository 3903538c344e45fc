namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>The list of what a subscription met.</summary>
internal static class SubscriptionProblems
{
    private const int MaxProblems = 20;

    /// <summary>The status with one more; the oldest go where there are many.</summary>
    public static SubscriptionStatus With(this SubscriptionStatus status, string problem) =>
        status.Problems.Contains(problem) ? status : status with { Problems = [.. status.Problems.Append(problem).TakeLast(MaxProblems)] };
}
