using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Bandits;

/// <summary>
/// Divides between arms that can be compared and those of which too little is known: each of these has an even part, the others the rest.
/// </summary>
internal static class Untried
{
    /// <summary>Parts with a sum of 1.</summary>
    /// <param name="isKnown">Whether an arm can be compared.</param>
    /// <param name="divide">Divides 1 among those that can, at least one.</param>
    public static double[] Divide(
        IReadOnlyList<BanditArm> arms, Func<BanditArm, bool> isKnown, Func<IReadOnlyList<ArmSums>, double[]> divide)
    {
        List<ArmSums> known = [.. arms.Where(isKnown).Select(arm => arm.Rewards)];
        var shares = known.Count == 0 ? [] : divide(known);
        var (even, next) = (1d / arms.Count, 0);
        return [.. arms.Select(arm => isKnown(arm) ? shares[next++] * known.Count * even : even)];
    }
}
