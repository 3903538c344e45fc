using Progeny.Abstractions.Rollout;

namespace Progeny.Core.Rollout.Bandits;

/// <summary>Arms of which too little is known to compare them: they have all traffic in equal parts until more is.</summary>
internal static class Untried
{
    private const double Least = 10;

    /// <summary>Their shares; null: enough is known of all arms.</summary>
    public static double[]? Shares(IReadOnlyList<ArmSums> rewards)
    {
        var count = rewards.Count(arm => arm.Count < Least);
        return count == 0 ? null : [.. rewards.Select(arm => arm.Count < Least ? 1d / count : 0)];
    }
}
