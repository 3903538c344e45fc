using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Bandits;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>
/// Each arm has the share that its rewards earn. New generations join, and it never ends. An arm that is the best with a probability of
/// 95 % is in production; that name changes nothing for the traffic, nor do gates that refuse it. An arm that is surely worse than the
/// one in production is out, unless the past fades: what is worse now may be better later then.
/// </summary>
internal sealed class BanditRollout : IRolloutStrategy
{
    private const double Convinced = 0.95;

    /// <summary>The traffic that must change hands for a new plan to be worth it.</summary>
    private const double MinChange = 0.02;

    public RolloutStrategy Strategy => RolloutStrategy.Bandit;

    public Stage? Entry => Stage.Challenger;

    public bool IsEndless => true;

    public RolloutDecision Begin(ExperimentSnapshot snapshot) => Divide(snapshot, "Shares by what is known so far", null);

    public RolloutDecision Evaluate(ExperimentSnapshot snapshot)
    {
        var arms = Taking(snapshot);
        foreach (var arm in arms.Where(arm => !arm.IsChampion))
        {
            if (FailureCheck.Problem(snapshot, arm) is { } failure)
                return Divide(snapshot with { Arms = snapshot.Arms.Replace(arm, arm with { IsOut = true }) }, $"Out: {failure}", null);
            if (IsWorse(snapshot, arm))
                return Divide(
                    snapshot with { Arms = snapshot.Arms.Replace(arm, arm with { IsOut = true }) },
                    $"Out: {DecisionText.Both(arm, arm.All, snapshot.Champion.All, snapshot.Settings.Metric)}",
                    null);
        }

        var shares = Shares(snapshot, arms);
        var probabilities = BestProbabilities.Of(Rewards(snapshot, arms));
        var best = Array.FindIndex(probabilities, probability => probability >= Convinced);
        if (best >= 0 && arms[best] is { IsChampion: false, IsRefused: false, Outcomes: >= BanditArm.Least } leader
            && leader.Generation.Project == snapshot.Champion.Generation.Project)
            return Divide(
                snapshot,
                $"{leader.Generation.Version} is the best with a probability of {DecisionText.Share(probabilities[best])}",
                leader.Name);
        var total = arms.Sum(arm => arm.Weight);
        var moved = arms.Select((arm, i) => Math.Max(0, shares[i] - (total > 0 ? arm.Weight / total : 0))).Sum();
        return moved >= MinChange
            ? Divide(snapshot, "Shares by what is known now", null)
            : new RolloutDecision.Stay(
                $"{string.Join(", ", arms.Select(arm => $"{arm.Generation.Version} {DecisionText.Figure(arm.All, snapshot.Settings.Metric)}"))}.");
    }

    private static RolloutDecision.Serve Divide(ExperimentSnapshot snapshot, string why, string? champion)
    {
        var arms = Taking(snapshot);
        var shares = Shares(snapshot, arms);
        var said = string.Join(
            ", ",
            arms.Select(
                (arm, i) =>
                    $"{arm.Generation.Version} {DecisionText.Share(shares[i])} ({DecisionText.Figure(arm.All, snapshot.Settings.Metric)})"));
        return new RolloutDecision.Serve(
            [
                .. snapshot.Arms.Select(
                    arm => Array.IndexOf(arms, arm) is var i and >= 0
                        ? new ArmWeight(arm.Name, shares[i])
                        : new ArmWeight(arm.Name, 0, IsOut: true)),
            ],
            $"{why}: {said}.")
        { Champion = champion, Gate = champion is null ? null : Stage.Champion };
    }

    /// <summary>Whether an arm is worse than the one in production. All arms together, those to come included, share alpha.</summary>
    private static bool IsWorse(ExperimentSnapshot snapshot, SnapshotArm arm)
    {
        var (settings, champion) = (snapshot.Settings, snapshot.Champion);
        if (settings.Discount < 1)
            return false;
        return settings.Goal == Goal.Minimize
            ? BoundedEvidence.IsAbove(champion.All, AlphaOf(champion), arm.All, AlphaOf(arm))
            : BoundedEvidence.IsAbove(arm.All, AlphaOf(arm), champion.All, AlphaOf(champion));

        // 1/2 + 1/6 + 1/12 + … = 1; no arm ever leaves its place in the list.
        double AlphaOf(SnapshotArm one) => settings.Alpha / ((snapshot.Arms.IndexOf(one) + 1d) * (snapshot.Arms.IndexOf(one) + 2d));
    }

    private static SnapshotArm[] Taking(ExperimentSnapshot snapshot) => [.. snapshot.Arms.Where(arm => !arm.IsOut)];

    private static double[] Shares(ExperimentSnapshot snapshot, SnapshotArm[] arms) =>
        BanditPolicies.Of(snapshot.Settings.Policy).Shares(Rewards(snapshot, arms), snapshot.Settings.Epsilon);

    private static IReadOnlyList<BanditArm> Rewards(ExperimentSnapshot snapshot, SnapshotArm[] arms) =>
        BanditArm.Of([.. arms.Select(arm => (arm.All, arm.Outcomes))], snapshot.Settings.Goal);
}
