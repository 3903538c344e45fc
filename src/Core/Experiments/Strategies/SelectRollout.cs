using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>
/// The project's own SQL over the figures of all generations gives the shares, at every check. Where it yields nothing that can be used,
/// the shares stay as they are. In production is the project's own generation with the greatest weight. Generations of weight 0 shadow
/// every query: what the SQL asks of them would never be known otherwise.
/// </summary>
internal sealed class SelectRollout : IRolloutStrategy
{
    private const double MinChange = 0.001;

    public RolloutStrategy Strategy => RolloutStrategy.Select;

    public Stage? Entry => Stage.Challenger;

    public bool IsEndless => true;

    public RolloutDecision Begin(ExperimentSnapshot snapshot) => Decide(snapshot) switch
    {
        RolloutDecision.Stay stay =>
            new RolloutDecision.Serve(
                [.. snapshot.Arms.Select(arm => new ArmWeight(arm.Name, arm.IsChampion ? 1 : 0, IsShadow: !arm.IsChampion))], stay.Message),
        var serve => serve,
    };

    public RolloutDecision Evaluate(ExperimentSnapshot snapshot) => Decide(snapshot);

    private static RolloutDecision Decide(ExperimentSnapshot snapshot)
    {
        if (snapshot.Selection is not { Problem: null, Weights: var weights })
            return new RolloutDecision.Stay(
                $"The shares stay as they are: {snapshot.Selection?.Problem ?? "the generations' figures are not known yet"}.");
        var arms = snapshot.Arms.Where(arm => !arm.IsOut).ToList();
        var total = arms.Sum(arm => WeightOf(arm));
        if (!(total > 0))
            return new RolloutDecision.Stay("The shares stay as they are: serving.rollout.select yields no weight above 0.");
        var champion = snapshot.Champion;
        var first = arms.Where(arm => arm.Generation.Project == champion.Generation.Project).MaxBy(WeightOf)!;
        var next = WeightOf(first) > WeightOf(champion) ? first : null;
        var said = string.Join(
            ", ",
            arms.Where(arm => WeightOf(arm) > 0)
                .Select(arm => $"{arm.Generation.VersionIn(champion.Generation.Project)} {DecisionText.Share(WeightOf(arm) / total)}"));
        if (next is { IsRefused: true })
            return new RolloutDecision.Stay(
                $"The shares stay as they are: serving.rollout.select yields {said}, and gates do not let {next.Generation.Version} be in "
                    + "production.");
        var before = arms.Sum(arm => arm.Weight);
        var moved = arms.Sum(arm => Math.Max(0, (WeightOf(arm) / total) - (before > 0 ? arm.Weight / before : 0)));
        if (moved < MinChange && next is null && arms.TrueForAll(arm => arm.IsShadow == !(WeightOf(arm) > 0)))
            return new RolloutDecision.Stay($"serving.rollout.select yields what is in force: {said}.");
        return new RolloutDecision.Serve([.. snapshot.Arms.Select(WeighArm)], $"serving.rollout.select yields {said}.")
        { Champion = next?.Name, Gate = next is null ? null : Stage.Champion };

        ArmWeight WeighArm(SnapshotArm arm) => arm.IsOut
            ? new ArmWeight(arm.Name, 0, IsOut: true)
            : new ArmWeight(arm.Name, WeightOf(arm) / total, IsShadow: !(WeightOf(arm) > 0));

        double WeightOf(SnapshotArm arm) => weights.GetValueOrDefault(arm.Generation);
    }
}
