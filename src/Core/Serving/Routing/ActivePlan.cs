using System.Collections.Immutable;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Queries;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Serving.Routing;

/// <summary>A plan that this silo follows: compiled once, its models loaded until it is disposed.</summary>
public sealed class ActivePlan : IDisposable
{
    /// <param name="arms">In the order of the plan's; one at least is ready.</param>
    public ActivePlan(RolloutPlan plan, IReadOnlyList<PlanArm> arms)
    {
        Plan = plan;
        Fields = new FieldNames(arms.SelectMany(arm => PlanArm.FieldsOf(arm.Schema)).Distinct(StringComparer.Ordinal));
        Arms = [.. arms.Select(arm => arm.Among(Fields))];
        Champion = Arms.First(arm => arm.Arm.Name == plan.ChampionArm);
        Key = new KeyField(plan.StickyKey, Champion.Schema ?? arms.Select(arm => arm.Schema).First(schema => schema is not null)!);
        Selection = new Selection(plan.Project, plan.Arms, plan.Buckets);
        Fallback = IndicesOf(plan.Fallback);
        Shadows = IndicesOf(plan.Shadows);
        Only = Arms is [{ Ready: { } only }] ? only : null;
    }

    public RolloutPlan Plan { get; }

    /// <summary>The fields that a query may carry: those of all arms.</summary>
    public FieldNames Fields { get; }

    public ImmutableArray<PlanArm> Arms { get; }

    public PlanArm Champion { get; }

    /// <summary>The arm of a plan of one, for which nothing needs to be selected; null: there are several.</summary>
    public ServedArm? Only { get; }

    public Selection Selection { get; }

    public KeyField Key { get; }

    /// <summary>The indices of the arms that answer for one that fails, the first one first.</summary>
    public ImmutableArray<int> Fallback { get; }

    /// <summary>The indices of the arms that shadow every query.</summary>
    public ImmutableArray<int> Shadows { get; }

    /// <summary>Whether it can be asked by rows: its arms have features.</summary>
    public bool HasRows => Arms.Any(arm => arm.Ready?.Served.Schema.Features.Count > 0);

    /// <summary>How many arms are ready.</summary>
    public int ReadyArms => Arms.Count(arm => arm.Ready is not null);

    /// <summary>The ready arm of a generation, the champion first; null: there is none.</summary>
    public ServedArm? Find(GenerationReference generation) =>
        Champion.Ready?.Served.Reference == generation
            ? Champion.Ready
            : Arms.FirstOrDefault(arm => arm.Ready?.Served.Reference == generation)?.Ready;

    public void Dispose()
    {
        foreach (var arm in Arms)
            arm.Ready?.Dispose();
    }

    private ImmutableArray<int> IndicesOf(ImmutableArray<string> names) =>
        [.. names.Select(name => Plan.Arms.IndexOf(Plan.Arms.Single(arm => arm.Name == name)))];
}
