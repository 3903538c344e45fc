using Progeny.Core.Rollout.Statistics;

namespace Progeny.Core.Rollout.Strategies;

/// <summary>
/// Whether a challenger fails more often than the champion. Queries that fail get no outcome, so no metric tells of them. A test of its
/// own, beside that of the metric and far stricter, because requests are many and their failures no noise.
/// </summary>
internal static class FailureCheck
{
    private const double Alpha = 0.001;

    /// <summary>What speaks against the challenger; null: nothing.</summary>
    public static string? Problem(SnapshotArm champion, SnapshotArm challenger)
    {
        var (its, champions) = (challenger.Served, champion.Served);
        if (its.Errors == 0)
            return null;
        var evidence = ProportionEvidence.Of(champions.Errors, champions.Requests, its.Errors, its.Requests);
        return evidence < 1 / Alpha ? null
            : $"{challenger.Generation.Version} fails on {Said.Of(its.Errors, its.Requests)} requests, the champion on {Said.Of(champions.Errors, champions.Requests)} ({Said.Evidence(evidence, 1 / Alpha)})";
    }
}
