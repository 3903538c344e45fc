using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

public sealed class PlanHistoryTests
{
    [Fact]
    public void Plan_that_changes_the_champion_is_a_promotion_and_others_are_not()
    {
        var history = Of(1, 1, 2);
        history.Plans.Select(plan => (plan.Version, plan.Change)).ShouldBe(
            [(3L, PlanChange.Promotion), (2L, PlanChange.Shares), (1L, PlanChange.Promotion), (0L, PlanChange.Shares)]);
        history.Promotions.Select(promotion => promotion.Generation.Generation).ShouldBe([1, 2]);
    }

    [Fact]
    public void Rollback_leads_to_the_champion_before_and_never_to_what_was_left()
    {
        var history = Of(1, 2, 3);
        var before = history.RollbackTarget("demo", null);
        before.Generation.ShouldBe(2);
        history = history.Add(Plan(4, 2), PlanChange.Rollback, lastRecord: 0);
        history.RollbackTarget("demo", null).Generation.ShouldBe(1);
        Should.Throw<RegistryException>(() => history.RollbackTarget("demo", Generation(7))).Message.ShouldContain(
            "was never in production");
    }

    [Fact]
    public void Change_of_a_plan_that_is_not_in_force_is_refused()
    {
        var history = Of(1, 2);
        history.RequireVersion("demo", 2);
        history.RequireVersion("demo", null);
        Should.Throw<RegistryException>(() => history.RequireVersion("demo", 1)).Message.ShouldContain("plan 2 is in force by now");
    }

    private static PlanHistory Of(params int[] champions)
    {
        var history = new PlanHistory();
        for (var i = 0; i < champions.Length; i++)
            history = history.Add(Plan(i + 1, champions[i]), PlanChange.Shares, lastRecord: 0);
        return history;
    }

    private static RolloutPlan Plan(long version, int champion) =>
        new() { Project = "demo", Version = version, Champion = Generation(champion) };

    private static GenerationReference Generation(int number) => new("demo", "1.0.0", number);
}
