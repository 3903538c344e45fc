using Progeny.Core.Rollouts;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>
/// The fixed shares of an A/B test. A challenger has its own, where it is given one; the others have the joint share in equal parts, or,
/// where so much is not left, parts as large as the champion's.
/// </summary>
internal static class AbTestShares
{
    /// <summary>The shares of the arms, in their order.</summary>
    public static double[] Of(ExperimentSnapshot snapshot)
    {
        var (settings, project) = (snapshot.Settings, snapshot.Champion.Generation.Project);
        var own = snapshot.Arms.Select(arm => arm.IsChampion ? null : ShareOf(arm)).ToList();
        var (given, others) = (own.Sum() ?? 0, own.Count(share => share is null) - 1);
        var joint = others == 0 ? 0 : given + settings.Share < 1 ? settings.Share : (1 - given) * others / (others + 1);
        return [.. snapshot.Arms.Select((arm, i) => arm.IsChampion ? 1 - given - joint : own[i] ?? joint / others)];

        double? ShareOf(SnapshotArm arm) =>
            settings.Shares.IsDefaultOrEmpty
                ? null
                : settings.Shares.FirstOrDefault(share => ArmNaming.Read(share.Generation, project) == arm.Generation)?.Share;
    }
}
