using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Core.Feedback;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Experiments;

/// <summary>Takes changes of scores into the sums of an experiment's arms.</summary>
public static class ExperimentScores
{
    /// <summary>
    /// Predictions of the moment before a plan may be written to the log after it. Only of that moment is a clock asked: one that is set
    /// back later takes nothing away.
    /// </summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(10);

    public static ExperimentState TakeScores(this ExperimentState state, IReadOnlyList<ScoreChange> changes)
    {
        if (changes.Count == 0)
            return state;
        var settings = state.Settings;
        var arms = state.Arms.ToArray();
        foreach (var change in changes)
        {
            if (change.Reason is not (Reasons.Share or Reasons.Shadow)
                || !IsSince(change, state.After, state.StartedAt))
                continue;
            // A selection compares by SQL: to it each outcome counts.
            var hasValue = change.Values.TryGetValue(settings.Metric, out var value);
            if (!hasValue && settings.Strategy != RolloutStrategy.Select)
                continue;
            var index = Array.FindIndex(arms, arm => arm.Name == change.Arm && arm.Generation == change.Generation);
            if (index < 0)
                continue;
            var sign = change.IsAdded ? 1 : -1;
            arms[index] = arms[index] with { Outcomes = arms[index].Outcomes + sign };
            if (!hasValue)
                continue;
            if (settings.Discount < 1)
            {
                // What is corrected has faded by an unknown part: the new value counts beside it.
                if (!change.IsAdded)
                    continue;
                arms = Array.ConvertAll(arms, arm => arm with { All = arm.All.Scale(settings.Discount) });
            }

            // A shadow answers the same queries as the champion, so what entities differ by is the same of both.
            var cluster = state.IsByEntity
                && settings.Strategy is (RolloutStrategy.AbTest or RolloutStrategy.Canary or RolloutStrategy.Bandit)
                ? change.Cluster
                : null;
            arms[index] = arms[index] with
            {
                All = arms[index].All.Add(value, sign, cluster),
                InStep = IsSince(change, state.StepAfter, state.StepAt) ? arms[index].InStep.Add(value, sign, cluster) : arms[index].InStep,
            };
        }

        return state with { Arms = ImmutableArray.Create(arms), ScoreOffset = changes[^1].Offset };
    }

    private static bool IsSince(ScoreChange change, long after, DateTimeOffset at) =>
        change.Sequence > after && !(change.At < at && at - change.At < Moment);
}
