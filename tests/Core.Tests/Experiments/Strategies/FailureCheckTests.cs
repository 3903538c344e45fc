using Progeny.Core.Experiments.Strategies;

namespace Progeny.Core.Tests.Experiments.Strategies;

public sealed class FailureCheckTests
{
    private const double Limit = 1_000;

    [Fact]
    public void Outage_that_hits_both_arms_after_the_shares_changed_says_nothing_against_the_challenger()
    {
        // Before: 5 % of the traffic, no failures. Since: half of it, and one request of five fails whoever is asked.
        var evidence = new Strata();
        evidence.Serve(new ArmService(9_500, 0), new ArmService(500, 0));
        evidence.NextPlan();
        evidence.Serve(new ArmService(500, 100), new ArmService(500, 100));
        evidence.Value.ShouldBeLessThan(1);
        // Taken together the challenger would fail ten times as often as the champion.
        FailureCheck.Evidence(new ArmService(10_000, 100), new ArmService(1_000, 100), 1).ShouldBeGreaterThan(Limit);
    }

    [Fact]
    public void Challenger_that_begins_to_fail_after_many_plans_is_found()
    {
        var evidence = new Strata();
        for (var plan = 0; plan < 50; plan++)
        {
            evidence.Serve(new ArmService(5_000, 50), new ArmService(5_000, 50));
            evidence.NextPlan();
        }

        evidence.Value.ShouldBeLessThan(1.01);
        // Few requests in each plan: only together do they say it.
        var needed = 0;
        for (; evidence.Value < Limit && needed < 20; needed++)
        {
            evidence.Serve(new ArmService(50, 0), new ArmService(10, 5));
            if (needed == 0)
                evidence.Value.ShouldBeLessThan(Limit);
            evidence.NextPlan();
        }

        needed.ShouldBeInRange(2, 10);
    }

    [Fact]
    public void Arms_that_fail_alike_are_told_apart_in_hardly_any_run_however_often_one_looks_and_shares_change()
    {
        var random = new Random(11);
        var wrong = 0;
        for (var run = 0; run < 100; run++)
        {
            var evidence = new Strata();
            for (var plan = 0; plan < 10; plan++)
            {
                var (share, rate) = (0.05 + (0.9 * random.NextDouble()), random.NextDouble() * 0.3);
                for (var request = 0; request < 100; request++)
                {
                    var (isChallenger, fails) = (random.NextDouble() < share, random.NextDouble() < rate);
                    evidence.Serve(
                        new ArmService(isChallenger ? 0 : 1, !isChallenger && fails ? 1 : 0),
                        new ArmService(isChallenger ? 1 : 0, isChallenger && fails ? 1 : 0));
                    if (fails && evidence.Value >= 20)
                    {
                        wrong++;
                        goto next;
                    }
                }

                evidence.NextPlan();
            }

            next:;
        }

        // At 20 at most one run of twenty may.
        wrong.ShouldBeLessThanOrEqualTo(5);
    }

    [Fact]
    public void Evidence_stays_a_number()
    {
        var evidence = new Strata();
        for (var plan = 0; plan < 5; plan++)
        {
            evidence.Serve(new ArmService(100_000, 0), new ArmService(100_000, 100_000));
            evidence.NextPlan();
        }

        evidence.Serve(new ArmService(100_000, 100_000), new ArmService(100_000, 0));
        double.IsFinite(evidence.Value).ShouldBeTrue();
    }

    /// <summary>What an experiment keeps of two arms over its plans.</summary>
    private sealed class Strata
    {
        private ArmService champion;
        private ArmService challenger;
        private int plan = 1;

        public double Value => FailureCheck.Evidence(champion, challenger, plan);

        public void Serve(ArmService champions, ArmService its)
        {
            champion = new ArmService(champion.Requests + champions.Requests, champion.Errors + champions.Errors);
            challenger = challenger with { Requests = challenger.Requests + its.Requests, Errors = challenger.Errors + its.Errors };
        }

        public void NextPlan()
        {
            (champion, challenger) = (default, new ArmService(0, 0, FailureCheck.Carry(champion, challenger, plan)));
            plan++;
        }
    }
}
