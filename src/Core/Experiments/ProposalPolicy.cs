using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Strategies;

namespace Progeny.Core.Experiments;

/// <summary>Decides what is done with a proposed generation.</summary>
public static class ProposalPolicy
{
    /// <param name="settings">The <c>serving.rollout</c> of its release.</param>
    /// <param name="champion">The champion; null: none yet.</param>
    /// <param name="running">The experiment that runs; null: none.</param>
    /// <returns>The step, and whether the experiment that runs ends for it first.</returns>
    public static (ProposalStep Step, bool EndsRunning) Decide(
        GenerationReference generation, ExperimentSettings settings, GenerationReference? champion, ExperimentInfo? running)
    {
        var strategy = RolloutStrategies.Of(settings.Strategy);
        if (champion == generation)
            return (ProposalStep.None, false);
        if (strategy.Entry is not { } entry)
            return (ProposalStep.Stage, false);
        if (champion is null)
            return (ProposalStep.PromoteFirst, false);
        var own = entry == Stage.Champion ? ProposalStep.Promote : ProposalStep.Try;
        return running switch
        {
            null => (own, false),
            _ when strategy.IsEndless && AreSame(running.Settings, settings) => (ProposalStep.Join, false),
            _ when !RolloutStrategies.Of(running.Settings.Strategy).IsEndless => (ProposalStep.Queue, false),
            _ => (own, true),
        };
    }

    private static bool AreSame(ExperimentSettings one, ExperimentSettings other) =>
        one with { Steps = [], Arms = [], Fallback = [], Shares = [] } == other with { Steps = [], Arms = [], Fallback = [], Shares = [] }
        && one.Steps.SequenceEqual(other.Steps) && one.Arms.SequenceEqual(other.Arms) && one.Fallback.SequenceEqual(other.Fallback);
}
