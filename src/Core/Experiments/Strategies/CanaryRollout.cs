using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>
/// Its share grows step by step. In each step a sequential test asks whether it is worse than the champion: it is rolled back as soon as it
/// is found to be, however few its outcomes. The steps share alpha, so that a challenger as good as the champion is rolled back by the
/// tests of all steps together with a probability of at most alpha. No step is over before the test could have found anything.
/// </summary>
internal sealed class CanaryRollout : IRolloutStrategy
{
    public RolloutStrategy Strategy => RolloutStrategy.Canary;

    public Stage? Entry => Stage.Challenger;

    public bool IsEndless => false;

    public RolloutDecision Begin(ExperimentSnapshot snapshot) => Serve(snapshot, 0, "It begins");

    public RolloutDecision Evaluate(ExperimentSnapshot snapshot)
    {
        var (settings, champion, canary) = (snapshot.Settings, snapshot.Champion, snapshot.Challengers.First());
        var step = settings.Steps[snapshot.Step];
        var both = DecisionText.Both(canary, canary.InStep, champion.InStep, settings.Metric);
        if (FailureCheck.Problem(snapshot, canary) is { } failure)
            return new RolloutDecision.GiveUp(ExperimentVerdict.RolledBack, failure + ".");
        var limit = settings.Steps.Length / settings.Alpha;
        var worse = Comparison.Of(champion.InStep, canary.InStep, settings.Goal, settings.Alpha).EvidenceWorse;
        if (worse >= limit)
            return new RolloutDecision.GiveUp(
                ExperimentVerdict.RolledBack, $"It is worse: {both} ({DecisionText.Evidence(worse, limit)}).");
        // With all of the traffic there is nothing left to be compared with; the steps before and the gates have to do.
        var isCompared = step.Share >= 1 || Comparison.CanTell(champion.InStep, canary.InStep);
        if (canary.InStep.Count >= step.Outcomes && isCompared)
        {
            return snapshot.Step + 1 < settings.Steps.Length
                ? Serve(snapshot, snapshot.Step + 1, both)
                : new RolloutDecision.Promote(canary.Name, $"It passed all steps: {both}.");
        }

        var needed = Needed(step, champion.InStep, canary.InStep) + DecisionText.TooFew(champion.InStep, canary.InStep);
        return snapshot.StepElapsed >= step.Time
            ? new RolloutDecision.GiveUp(
                ExperimentVerdict.RolledBack,
                $"After {DecisionText.Time(step.Time)} step {snapshot.Step + 1} has too few outcomes: {both}; {needed}.")
            : new RolloutDecision.Stay($"Step {snapshot.Step + 1} of {settings.Steps.Length}: {both}; {needed}.");
    }

    private static string Needed(CanaryStep step, ArmSums champion, ArmSums canary) =>
        step.Share >= 1 ? $"{step.Outcomes} are needed"
        : champion.IsBinary && canary.IsBinary ? $"{step.Outcomes} are needed, and 1 of the champion"
        : $"{Math.Max(step.Outcomes, MeanEvidence.BurnIn)} are needed, and {MeanEvidence.BurnIn} of the champion";

    private static RolloutDecision.Serve Serve(ExperimentSnapshot snapshot, int step, string why)
    {
        var (settings, next) = (snapshot.Settings, snapshot.Settings.Steps[step]);
        return new RolloutDecision.Serve(
            [.. snapshot.Arms.Select(arm => new ArmWeight(arm.Name, arm.IsChampion ? 1 - next.Share : next.Share))],
            $"{why}: step {step + 1} of {settings.Steps.Length}, {DecisionText.Share(next.Share)} of the traffic until {next.Outcomes} "
                + "outcomes.")
        { Step = step, Gate = step == 0 ? null : Stage.Challenger };
    }
}
