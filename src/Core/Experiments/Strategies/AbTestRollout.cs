using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>
/// Champion and challengers have fixed shares until a sequential test, which may be checked at any time, has a verdict. It asks both ways
/// of each challenger; alpha is divided among these questions (Bonferroni), so that any wrong verdict has a probability of at most alpha.
/// A challenger that is found to be worse is out. What it had is divided in the proportions that there are, so that the draw between the
/// champion and each other one stays as it was.
/// </summary>
internal sealed class AbTestRollout : IRolloutStrategy
{
    private const int Ways = 2;

    public RolloutStrategy Strategy => RolloutStrategy.AbTest;

    public Stage? Entry => Stage.Challenger;

    public bool IsEndless => false;

    public RolloutDecision Begin(ExperimentSnapshot snapshot)
    {
        var shares = AbTestShares.Of(snapshot);
        var together = DecisionText.Share(shares.Skip(1).Sum());
        return new RolloutDecision.Serve(
            [.. snapshot.Arms.Select((arm, i) => new ArmWeight(arm.Name, shares[i]))],
            $"{together} of the traffic for {(snapshot.Arms.Length == 2 ? "the challenger" : $"{snapshot.Arms.Length - 1} challengers")} "
                + $"until a verdict, or {snapshot.Settings.Outcomes} outcomes of each arm.")
        { Step = 0 };
    }

    public RolloutDecision Evaluate(ExperimentSnapshot snapshot)
    {
        var (settings, champion) = (snapshot.Settings, snapshot.Champion);
        var limit = Ways * (snapshot.Arms.Length - 1) / settings.Alpha;
        List<(SnapshotArm Arm, Comparison Comparison)> compared =
            [.. snapshot.Challengers.Select(arm => (arm, Comparison.Of(champion.All, arm.All, settings.Goal, settings.Alpha)))];
        var won = compared.FindAll(pair => pair.Comparison.EvidenceBetter >= limit && FailureCheck.Problem(snapshot, pair.Arm) is null);
        var own = won.FindAll(pair => IsOwn(pair.Arm));
        // Another project's cannot be in production: while one that can is in the test, it goes on.
        if (own.Count > 0 || (won.Count > 0 && !snapshot.Challengers.Any(IsOwn)))
            return Promote(snapshot, own.Count > 0 ? own : won, limit);

        var lost = compared.Where(pair => Problem(snapshot, pair.Arm, pair.Comparison, limit) is not null).ToList();
        if (lost.Count > 0)
            return Drop(
                snapshot,
                [.. lost.Select(pair => pair.Arm)],
                string.Join(' ', lost.Select(pair => Problem(snapshot, pair.Arm, pair.Comparison, limit))));
        var figures = string.Join("; ", compared.Select(pair => DecisionText.Both(pair.Arm, pair.Arm.All, champion.All, settings.Metric)))
            + string.Concat(won.Select(pair => $"; {pair.Arm.Generation} is better, but another project's, which cannot be in production"))
            + DecisionText.TooFew(snapshot.Arms.Select(arm => arm.All));
        var none = won.Count == 0 ? "No difference was found" : "Nothing that can be in production was found to be better";
        if (champion.All.Count >= settings.Outcomes && compared.TrueForAll(pair => pair.Arm.All.Count >= settings.Outcomes))
            return new RolloutDecision.GiveUp(
                ExperimentVerdict.Undecided, $"{none} in {settings.Outcomes} outcomes of each arm: {figures}.");
        return snapshot.Elapsed >= settings.Time
            ? new RolloutDecision.GiveUp(ExperimentVerdict.Undecided, $"{none} in {DecisionText.Time(settings.Time)}: {figures}.")
            : new RolloutDecision.Stay($"{figures}.");

        bool IsOwn(SnapshotArm arm) => arm.Generation.Project == champion.Generation.Project;
    }

    /// <summary>
    /// Of several that are better than the champion the one with the best mean is in production: the most evidence has the one with the
    /// most traffic.
    /// </summary>
    private static RolloutDecision.Promote Promote(
        ExperimentSnapshot snapshot, List<(SnapshotArm Arm, Comparison Comparison)> won, double limit)
    {
        var settings = snapshot.Settings;
        var (best, comparison) = won.MaxBy(
            pair => settings.Goal == Goal.Maximize ? pair.Comparison.Difference : -pair.Comparison.Difference);
        var others = string.Concat(won.Where(pair => pair.Arm != best)
            .Select(pair =>
                $" {pair.Arm.Generation.Version} is better, too: {DecisionText.Figure(pair.Arm.All, settings.Metric)} "
                    + $"({DecisionText.Evidence(pair.Comparison.EvidenceBetter, limit)})."));
        return new RolloutDecision.Promote(
            best.Name,
            $"It is better: {DecisionText.Both(best, best.All, snapshot.Champion.All, settings.Metric)} "
                + $"({DecisionText.Evidence(comparison.EvidenceBetter, limit)}).{others}");
    }

    private static string? Problem(ExperimentSnapshot snapshot, SnapshotArm arm, Comparison comparison, double limit) =>
        FailureCheck.Problem(snapshot, arm) is { } failure ? failure + "."
        : comparison.EvidenceWorse >= limit
            ? $"It is worse: {DecisionText.Both(arm, arm.All, snapshot.Champion.All, snapshot.Settings.Metric)} "
                + $"({DecisionText.Evidence(comparison.EvidenceWorse, limit)})."
        : null;

    private static RolloutDecision Drop(ExperimentSnapshot snapshot, HashSet<SnapshotArm> lost, string why) =>
        snapshot.Challengers.All(lost.Contains)
        ? new RolloutDecision.GiveUp(ExperimentVerdict.RolledBack, why)
        : new RolloutDecision.Serve(
            [
                .. snapshot.Arms.Select(
                    arm => arm.IsOut || lost.Contains(arm) ? new ArmWeight(arm.Name, 0, IsOut: true) : new ArmWeight(arm.Name, arm.Weight)),
            ], why);
}
