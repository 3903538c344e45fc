using Progeny.Core.Experiments.Strategies;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Experiments;

/// <summary>Counts the requests of an experiment's arms and their failures, for each of its plans by itself.</summary>
public static class ExperimentTraffic
{
    /// <summary>The time in which all silos follow a plan: what is served meanwhile is of neither plan.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>The state with the counts of a plan that begins.</summary>
    public static ExperimentState NextPlan(this ExperimentState state)
    {
        var champion = state.Arms.FirstOrDefault(arm => arm.Name == state.ChampionArm);
        return state with
        {
            Plans = state.Plans + 1,
            PlanSince = state.Elapsed,
            Arms =
            [
                .. state.Arms.Select(arm => arm with
                {
                    Requests = 0,
                    Errors = 0,
                    FailuresBefore = state.Plans == 0 || champion is null || arm == champion || arm.IsOut ? arm.FailuresBefore
                        : FailureCheck.Carry(ServiceOf(champion), ServiceOf(arm), state.Plans),
                }),
            ],
        };
    }

    /// <summary>The state with requests that were served since.</summary>
    /// <param name="last">The sequence number in the query log up to which they are counted.</param>
    public static ExperimentState TakeTraffic(this ExperimentState state, IReadOnlyList<ArmRequests> requests, long last)
    {
        if (state.Elapsed - state.PlanSince < Settling || requests.Count == 0)
            return state with { TrafficOffset = last };
        return state with
        {
            TrafficOffset = last,
            Arms =
            [
                .. state.Arms.Select(arm =>
                {
                    var its = requests.Where(
                        count =>
                            count.Arm == arm.Name && count.Generation == arm.Generation
                                && count.Reason is Reasons.Share or Reasons.Shadow or Reasons.Failed).ToList();
                    return arm with
                    {
                        Requests = arm.Requests + its.Sum(count => count.Requests),
                        Errors = arm.Errors + its.Sum(count => count.Errors),
                    };
                }),
            ],
        };
    }

    public static ArmService ServiceOf(ExperimentArmState arm) => new(arm.Requests, arm.Errors, arm.FailuresBefore);
}
