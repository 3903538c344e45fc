using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>
/// The variance of rewards as the arms share it. Where most rewards are 0 and few are large, the first ones of an arm may all be alike: its
/// own variance is 0 then, and would say that its mean is known for good.
/// </summary>
internal static class PooledVariance
{
    /// <summary>The arms' variances, weighed by their degrees of freedom; 0: no arm has two values.</summary>
    public static double Of(IReadOnlyList<ArmSums> rewards)
    {
        var freedom = rewards.Sum(arm => Math.Max(0, arm.Count - 1));
        return freedom > 0 ? rewards.Sum(arm => arm.Variance * Math.Max(0, arm.Count - 1)) / freedom : 0;
    }
}
