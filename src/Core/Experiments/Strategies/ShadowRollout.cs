using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>
/// It answers as a shadow until its outcomes suffice, as many as the test needs to find anything at least; then its gates decide, unless
/// it is found to be worse before.
/// </summary>
internal sealed class ShadowRollout : IRolloutStrategy
{
    public RolloutStrategy Strategy => RolloutStrategy.Shadow;

    public Stage? Entry => Stage.Shadow;

    public bool IsEndless => false;

    public RolloutDecision Begin(ExperimentSnapshot snapshot) => new RolloutDecision.Serve(
        [.. snapshot.Arms.Select(arm => new ArmWeight(arm.Name, arm.IsChampion ? 1 : 0, IsShadow: !arm.IsChampion))],
        $"It answers as a shadow until {snapshot.Settings.Outcomes} of its outcomes are known.")
    { Step = 0 };

    public RolloutDecision Evaluate(ExperimentSnapshot snapshot)
    {
        var (settings, champion, shadow) = (snapshot.Settings, snapshot.Champion, snapshot.Challengers.First());
        var both = DecisionText.Both(shadow, shadow.All, champion.All, settings.Metric);
        if (FailureCheck.Problem(snapshot, shadow) is { } failure)
            return new RolloutDecision.GiveUp(ExperimentVerdict.RolledBack, failure + ".");
        var comparison = Comparison.OfSameQueries(champion.All, shadow.All, settings.Goal, settings.Alpha);
        if (comparison.EvidenceWorse >= 1 / settings.Alpha)
            return new RolloutDecision.GiveUp(
                ExperimentVerdict.RolledBack,
                $"It is worse: {both} ({DecisionText.Evidence(comparison.EvidenceWorse, 1 / settings.Alpha)}).");
        var needed = Math.Max(settings.Outcomes, MeanEvidence.BurnIn);
        if (shadow.All.Count >= needed && champion.All.Count >= needed)
            return new RolloutDecision.Promote(shadow.Name, $"Its outcomes suffice: {both}.");
        return snapshot.Elapsed >= settings.Time
            ? new RolloutDecision.GiveUp(
                ExperimentVerdict.Undecided,
                $"After {DecisionText.Time(settings.Time)} there are too few outcomes: {both}; {needed} of each are needed.")
            : new RolloutDecision.Stay($"{both}; {needed} of each are needed.");
    }
}
