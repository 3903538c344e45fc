using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments.Strategies;

namespace Progeny.Core.Tests.Experiments;

public sealed class StrategyTests
{
    private static readonly ExperimentSettings Canary = new()
    {
        Strategy = RolloutStrategy.Canary,
        Steps = [new CanaryStep(0.1, 100, TimeSpan.FromHours(1)), new CanaryStep(0.5, 200, TimeSpan.FromHours(2))],
    };

    private static readonly ExperimentSettings AbTest = new()
    {
        Strategy = RolloutStrategy.AbTest,
        Share = 0.4,
        Outcomes = 500,
        Time = TimeSpan.FromDays(1),
    };

    [Fact]
    public void Explicit_leaves_it_to_somebody_and_latest_promotes_at_once()
    {
        var snapshot = Of(new ExperimentSettings { Strategy = RolloutStrategy.Explicit }, (0, 0), (0, 0));
        Begin(snapshot).ShouldBeOfType<RolloutDecision.Stay>();
        Begin(snapshot with { Settings = new ExperimentSettings { Strategy = RolloutStrategy.Latest } })
            .ShouldBeOfType<RolloutDecision.Promote>().Arm.ShouldBe("b");
        (Strategy(RolloutStrategy.Explicit).Entry, Strategy(RolloutStrategy.Latest).Entry, Strategy(RolloutStrategy.Shadow).Entry, Strategy(
            RolloutStrategy.Canary).Entry)
            .ShouldBe((null, Stage.Champion, Stage.Shadow, Stage.Challenger));
        RolloutStrategies.Of(RolloutStrategy.Bandit).IsEndless.ShouldBeTrue();
    }

    [Fact]
    public void Shadow_gets_no_traffic_and_goes_up_once_its_outcomes_suffice()
    {
        var settings = new ExperimentSettings { Strategy = RolloutStrategy.Shadow, Outcomes = 100, Time = TimeSpan.FromHours(1) };
        var begun = Begin(Of(settings, (0, 0), (0, 0))).ShouldBeOfType<RolloutDecision.Serve>();
        begun.Weights.Select(weight => (weight.Weight, weight.IsShadow)).ShouldBe([(1, false), (0, true)]);
        Evaluate(Of(settings, (30, 99), (30, 99))).ShouldBeOfType<RolloutDecision.Stay>();
        Evaluate(Of(settings, (30, 100), (30, 100))).ShouldBeOfType<RolloutDecision.Promote>().Arm.ShouldBe("b");
        Evaluate(Of(settings, (3, 60), (55, 60))).ShouldBeOfType<RolloutDecision.GiveUp>().Verdict.ShouldBe(ExperimentVerdict.RolledBack);
        Evaluate(Of(settings, (3, 60), (3, 60)) with { Elapsed = TimeSpan.FromHours(1) })
            .ShouldBeOfType<RolloutDecision.GiveUp>().Verdict.ShouldBe(ExperimentVerdict.Undecided);
    }

    [Fact]
    public void Canary_goes_step_by_step_and_asks_gates_on_the_way()
    {
        var begun = Begin(Of(Canary, (0, 0), (0, 0))).ShouldBeOfType<RolloutDecision.Serve>();
        (begun.Step, begun.Gate).ShouldBe((0, null));
        begun.Weights.Select(weight => weight.Weight).ShouldBe([0.9, 0.1]);
        Evaluate(Of(Canary, (100, 900), (10, 99))).ShouldBeOfType<RolloutDecision.Stay>();
        var next = Evaluate(Of(Canary, (100, 900), (10, 100))).ShouldBeOfType<RolloutDecision.Serve>();
        (next.Step, next.Gate).ShouldBe((1, Stage.Challenger));
        next.Weights.Select(weight => weight.Weight).ShouldBe([0.5, 0.5]);
        Evaluate(Of(Canary, (20, 200), (20, 200)) with { Step = 1 }).ShouldBeOfType<RolloutDecision.Promote>().Arm.ShouldBe("b");
    }

    [Fact]
    public void Canary_that_meets_a_few_entities_only_does_not_go_on_and_says_what_to_do()
    {
        var few = Of(Canary, (100, 900), (10, 100));
        few = few with
        {
            Arms = [.. few.Arms.Select(arm => arm with { InStep = arm.InStep with { Clusters = ClusterSums.None.Add(7, 1, 1) } })],
        };

        Evaluate(few)
            .ShouldBeOfType<RolloutDecision.Stay>().Message.ShouldContain(
                "of too few entities (10 groups of each arm are needed): with sticky: false");
        Evaluate(few with { StepElapsed = TimeSpan.FromHours(1) })
            .ShouldBeOfType<RolloutDecision.GiveUp>().Message.ShouldContain("of too few entities");
    }

    [Fact]
    public void Canary_that_is_worse_is_rolled_back_before_its_step_is_over_and_one_that_is_too_slow_too()
    {
        var worse = Evaluate(Of(Canary, (100, 900), (30, 50))).ShouldBeOfType<RolloutDecision.GiveUp>();
        worse.Verdict.ShouldBe(ExperimentVerdict.RolledBack);
        worse.Message.ShouldContain("1.0.0:2 loss 0.6 of 50 outcomes");
        var slow = Evaluate(Of(Canary, (100, 900), (5, 50)) with { StepElapsed = TimeSpan.FromHours(1) })
            .ShouldBeOfType<RolloutDecision.GiveUp>();
        slow.Message.ShouldContain("too few outcomes");
        Evaluate(Of(Canary, (100, 900), (5, 50)) with { StepElapsed = TimeSpan.FromMinutes(59) }).ShouldBeOfType<RolloutDecision.Stay>();
    }

    [Theory]
    [InlineData(RolloutStrategy.Canary, 0.1)]
    [InlineData(RolloutStrategy.AbTest, 0.5)]
    [InlineData(RolloutStrategy.Shadow, 1)]
    [InlineData(RolloutStrategy.Bandit, 0.5)]
    public void Challenger_with_flipped_labels_is_out_by_the_loss_after_some_ten_outcomes(RolloutStrategy strategy, double share)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var random = new Random(seed);
            var snapshot = Of(Canary with { Strategy = strategy, Steps = [.. Enumerable.Repeat(Canary.Steps[0], 3)] }, (0, 0), (0, 0));
            while (!IsOut(Evaluate(snapshot)))
            {
                snapshot.Arms[1].All.Count.ShouldBeLessThan(40);
                var arm = random.NextDouble() < share ? 1 : 0;
                snapshot = Add(snapshot, arm, Loss(random, arm == 1));
                if (strategy == RolloutStrategy.Shadow)
                    snapshot = Add(snapshot, 0, Loss(random, false));
            }

            snapshot.Arms[1].All.Count.ShouldBeGreaterThan(2);
        }

        static bool IsOut(RolloutDecision decision) =>
            decision is RolloutDecision.GiveUp { Verdict: ExperimentVerdict.RolledBack }
                || (decision is RolloutDecision.Serve serve && serve.Weights.Any(weight => weight.IsOut));

        static double Loss(Random random, bool isFlipped)
        {
            var probability = 0.9 + (0.09 * random.NextDouble());
            return -Math.Log(random.NextDouble() < probability == isFlipped ? 1 - probability : probability);
        }

        static ExperimentSnapshot Add(ExperimentSnapshot snapshot, int arm, double value)
        {
            var own = snapshot.Arms[arm];
            return snapshot with
            {
                Arms = snapshot.Arms.SetItem(arm, own with { All = own.All.Add(value), InStep = own.InStep.Add(value) }),
            };
        }
    }

    [Fact]
    public void Canary_goes_on_only_once_the_test_could_have_found_something()
    {
        var losses = new ArmSums(30, 300, 30_000, 30);
        var steps = Canary with
        {
            Steps = [
                new CanaryStep(0.1, 30, TimeSpan.FromHours(1)),
                new CanaryStep(0.9, 200, TimeSpan.FromHours(1)),
                new CanaryStep(1, 100, TimeSpan.FromHours(1)),
            ],
        };
        var snapshot = Of(steps, (0, 0), (0, 0));
        RolloutDecision After(ArmSums champion, ArmSums canary, int step) =>
            Evaluate(
                snapshot with
                {
                    Step = step,
                    Arms = [snapshot.Arms[0] with { InStep = champion }, snapshot.Arms[1] with { InStep = canary }],
                });
        After(losses.Scale(10), losses, 0)
            .ShouldBeOfType<RolloutDecision.Stay>().Message.ShouldContain("50 are needed, and 50 of the champion");
        After(losses.Scale(10), losses.Scale(2), 0).ShouldBeOfType<RolloutDecision.Serve>().Step.ShouldBe(1);
        After(losses, losses.Scale(10), 1).ShouldBeOfType<RolloutDecision.Stay>();
        After(losses.Scale(2), losses.Scale(10), 1).ShouldBeOfType<RolloutDecision.Serve>();
        // Of yes and no one outcome is enough, none is not.
        After(ArmSums.None, new ArmSums(200, 100, 100, 0), 1)
            .ShouldBeOfType<RolloutDecision.Stay>().Message.ShouldContain("1 of the champion");
        After(new ArmSums(1, 1, 1, 0), new ArmSums(200, 100, 100, 0), 1).ShouldBeOfType<RolloutDecision.Serve>();
        // With all the traffic there is nobody to be compared with.
        After(ArmSums.None, losses.Scale(10), 2).ShouldBeOfType<RolloutDecision.Promote>();
        var shadow = new ExperimentSettings { Strategy = RolloutStrategy.Shadow, Outcomes = 10 };
        Evaluate(Of(shadow, (10, 49), (10, 49))).ShouldBeOfType<RolloutDecision.Stay>();
        Evaluate(Of(shadow, (10, 50), (10, 50))).ShouldBeOfType<RolloutDecision.Promote>();
    }

    [Fact]
    public void Challenger_that_fails_on_its_queries_is_rolled_back_without_an_outcome()
    {
        var snapshot = Of(Canary, (0, 0), (0, 0));
        var failing = snapshot with
        {
            Arms = [snapshot.Arms[0] with { Served = new(1_000, 1) }, snapshot.Arms[1] with { Served = new(40, 20) }],
        };
        Evaluate(failing).ShouldBeOfType<RolloutDecision.GiveUp>().Message.ShouldContain("fails on 20 of 40 requests");
        var seldom = snapshot with
        {
            Arms = [snapshot.Arms[0] with { Served = new(1_000, 20) }, snapshot.Arms[1] with { Served = new(40, 1) }],
        };
        Evaluate(seldom).ShouldBeOfType<RolloutDecision.Stay>();
    }

    [Fact]
    public void Test_ends_with_the_better_one_with_nobody_or_without_a_verdict()
    {
        Begin(Of(AbTest, (0, 0), (0, 0), (0, 0))).ShouldBeOfType<RolloutDecision.Serve>().Weights.Select(weight => weight.Weight)
            .ShouldBe([0.6, 0.2, 0.2]);
        Evaluate(Of(AbTest, (100, 200), (20, 200))).ShouldBeOfType<RolloutDecision.Promote>().Arm.ShouldBe("b");
        Evaluate(Of(AbTest, (20, 200), (100, 200))).ShouldBeOfType<RolloutDecision.GiveUp>().Verdict.ShouldBe(ExperimentVerdict.RolledBack);
        Evaluate(Of(AbTest, (50, 200), (50, 200))).ShouldBeOfType<RolloutDecision.Stay>();
        Evaluate(Of(AbTest, (125, 500), (125, 500))).ShouldBeOfType<RolloutDecision.GiveUp>().Verdict.ShouldBe(ExperimentVerdict.Undecided);
        Evaluate(Of(AbTest, (50, 200), (50, 200)) with { Elapsed = TimeSpan.FromDays(1) })
            .ShouldBeOfType<RolloutDecision.GiveUp>().Verdict.ShouldBe(ExperimentVerdict.Undecided);
    }

    [Fact]
    public void Challengers_have_shares_of_their_own_and_the_others_what_is_left_for_them()
    {
        Shares(0.4, ("1.0.0:2", 0.1), ("flights@1.0.0:3", 0.2)).ShouldBe([0.7, 0.1, 0.2]);
        Shares(0.4, ("1.0.0:3", 0.2)).ShouldBe([0.4, 0.4, 0.2]);
        Shares(0.4).ShouldBe([0.6, 0.2, 0.2]);
        // The joint share is not left: what is, in parts as large as the champion's.
        Shares(0.5, ("1.0.0:3", 0.6)).ShouldBe([0.2, 0.2, 0.6]);

        double[] Shares(double joint, params (string Generation, double Share)[] shares)
        {
            var settings = AbTest with { Share = joint, Shares = [.. shares.Select(share => new ArmShare(share.Generation, share.Share))] };
            return [
                .. Begin(Of(settings, (0, 0), (0, 0), (0, 0)))
                    .ShouldBeOfType<RolloutDecision.Serve>().Weights.Select(weight => Math.Round(weight.Weight, 9)),
            ];
        }
    }

    [Fact]
    public void Of_several_winners_the_best_that_can_be_in_charge_is()
    {
        // The second has more evidence, for it has more outcomes; the third the better mean.
        var two = Of(AbTest, (250, 500), (300, 1_000), (20, 200));
        var promoted = Evaluate(two).ShouldBeOfType<RolloutDecision.Promote>();
        promoted.Arm.ShouldBe("c");
        promoted.Message.ShouldContain("1.0.0:2 is better, too");

        var foreign = two with
        {
            Arms = two.Arms.SetItem(2, two.Arms[2] with { Generation = new GenerationReference("rules", "1.0.0", 1) }),
        };
        Evaluate(foreign).ShouldBeOfType<RolloutDecision.Promote>().Arm.ShouldBe("b");
        // While one that can be in production has no verdict, the test goes on, and ends by its bounds.
        var open = foreign with { Arms = foreign.Arms.SetItem(1, Of(AbTest, (0, 0), (100, 200)).Arms[1]) };
        Evaluate(open).ShouldBeOfType<RolloutDecision.Stay>().Message.ShouldContain("rules@1.0.0:1 is better, but another project's");
        Evaluate(open with { Elapsed = TimeSpan.FromDays(1) })
            .ShouldBeOfType<RolloutDecision.GiveUp>().Verdict.ShouldBe(ExperimentVerdict.Undecided);
        Evaluate(open with { Arms = [open.Arms[0], open.Arms[2]] }).ShouldBeOfType<RolloutDecision.Promote>().Arm.ShouldBe("c");
    }

    [Fact]
    public void Challenger_that_lost_is_out_and_the_others_keep_their_proportions()
    {
        var dropped = Evaluate(Of(AbTest, (60, 200), (160, 200), (60, 200))).ShouldBeOfType<RolloutDecision.Serve>();
        dropped.Weights.ShouldBe([new ArmWeight("a", 1), new ArmWeight("b", 0, IsOut: true), new ArmWeight("c", 1)]);
        dropped.Step.ShouldBeNull();
    }

    [Fact]
    public void Several_challengers_need_more_evidence_each()
    {
        // The first figures that suffice for one question do not for two more.
        var hits = Enumerable.Range(0, 100).Select(i => 100 - i)
            .First(hits => Evaluate(Of(AbTest, (100, 200), (hits, 200))) is RolloutDecision.Promote);
        Evaluate(Of(AbTest, (100, 200), (hits, 200), (100, 200))).ShouldBeOfType<RolloutDecision.Stay>();
        Evaluate(Of(AbTest, (100, 200), (hits - 10, 200), (100, 200))).ShouldBeOfType<RolloutDecision.Promote>();
    }

    [Fact]
    public void Goal_turns_the_verdict_round()
    {
        Evaluate(Of(AbTest with { Goal = Goal.Maximize }, (100, 200), (20, 200))).ShouldBeOfType<RolloutDecision.GiveUp>();
        Evaluate(Of(AbTest with { Goal = Goal.Maximize }, (20, 200), (100, 200))).ShouldBeOfType<RolloutDecision.Promote>();
    }

    [Fact]
    public void Bandit_follows_rewards_and_names_a_new_champion_once_it_is_sure()
    {
        var settings = new ExperimentSettings { Strategy = RolloutStrategy.Bandit, Goal = Goal.Maximize };
        Begin(Of(settings, (0, 0), (0, 0)))
            .ShouldBeOfType<RolloutDecision.Serve>().Weights.ShouldAllBe(weight => Math.Abs(weight.Weight - 0.5) < 1e-6);
        var moved = Evaluate(Of(settings, (20, 40), (25, 40))).ShouldBeOfType<RolloutDecision.Serve>();
        moved.Champion.ShouldBeNull();
        moved.Weights[1].Weight.ShouldBeInRange(0.8, 0.95);
        var sure = Evaluate(Of(settings, (20, 100), (60, 100))).ShouldBeOfType<RolloutDecision.Serve>();
        (sure.Champion, sure.Gate).ShouldBe(("b", Stage.Champion));
    }

    [Fact]
    public void Bandit_gives_a_generation_that_is_new_its_even_part_of_the_traffic_and_no_name()
    {
        var settings = new ExperimentSettings { Strategy = RolloutStrategy.Bandit };
        var snapshot = Of(settings, (0, 0), (0, 0), (0, 0));
        var losses = new ArmSums(1_000, 500, 300, 1_000);
        var joined = snapshot with
        {
            Arms = [snapshot.Arms[0] with { All = losses }, snapshot.Arms[1] with { All = losses }, snapshot.Arms[2] with { Weight = 0 }],
        };
        var serve = Evaluate(joined).ShouldBeOfType<RolloutDecision.Serve>();
        serve.Champion.ShouldBeNull();
        serve.Weights.ShouldAllBe(weight => Math.Abs(weight.Weight - (1 / 3d)) < 1e-6);
    }

    [Fact]
    public void Selection_gives_what_the_sql_says_and_keeps_what_is_where_it_says_nothing()
    {
        var settings = new ExperimentSettings { Strategy = RolloutStrategy.Select, Select = "…" };
        var snapshot = Of(settings, (0, 0), (0, 0));
        var weights = ImmutableDictionary<GenerationReference, double>.Empty.Add(snapshot.Arms[0].Generation, 1)
            .Add(snapshot.Arms[1].Generation, 3);
        var serve = Evaluate(snapshot with { Selection = new SelectionResult(weights, null) }).ShouldBeOfType<RolloutDecision.Serve>();
        serve.Weights.Select(weight => weight.Weight).ShouldBe([0.25, 0.75]);
        serve.Champion.ShouldBe("b");
        Evaluate(snapshot with { Selection = new SelectionResult(weights.Clear(), "it is odd") })
            .ShouldBeOfType<RolloutDecision.Stay>().Message.ShouldContain("it is odd");
        Evaluate(snapshot with { Selection = new SelectionResult(weights.Clear(), null) }).ShouldBeOfType<RolloutDecision.Stay>();
        Begin(snapshot with { Selection = new SelectionResult(weights.Clear(), null) })
            .ShouldBeOfType<RolloutDecision.Serve>().Weights.Select(weight => weight.Weight).ShouldBe([1, 0]);
    }

    [Fact]
    public void Selection_has_whom_it_gives_no_traffic_answer_unseen_though_it_be_the_champion_or_new()
    {
        var settings = new ExperimentSettings { Strategy = RolloutStrategy.Select, Select = "…" };
        var snapshot = Of(settings, (0, 0), (0, 0), (0, 0));
        var rules = snapshot.Arms[1] with { Generation = new GenerationReference("rules", "1.0.0", 1) };
        var weights = ImmutableDictionary<GenerationReference, double>.Empty.Add(rules.Generation, 1);
        snapshot = snapshot with { Arms = snapshot.Arms.SetItem(1, rules), Selection = new SelectionResult(weights, null) };
        var serve = Evaluate(snapshot).ShouldBeOfType<RolloutDecision.Serve>();
        serve.Champion.ShouldBeNull();
        serve.Weights.ShouldBe([new ArmWeight("a", 0, IsShadow: true), new ArmWeight("b", 1), new ArmWeight("c", 0, IsShadow: true)]);

        var inForce = snapshot with
        {
            Arms = [snapshot.Arms[0] with { Weight = 0, IsShadow = true }, rules, snapshot.Arms[2] with { Weight = 0, IsShadow = true }],
        };
        Evaluate(inForce).ShouldBeOfType<RolloutDecision.Stay>();
        var joined = inForce with { Arms = inForce.Arms.SetItem(2, inForce.Arms[2] with { IsShadow = false }) };
        Evaluate(joined).ShouldBeOfType<RolloutDecision.Serve>().Weights[2].IsShadow.ShouldBeTrue();
    }

    [Fact]
    public void Generation_that_gates_refuse_holds_up_no_other()
    {
        var bandit = Of(
            new ExperimentSettings { Strategy = RolloutStrategy.Bandit, Goal = Goal.Maximize }, (20, 100), (60, 100), (20, 100));
        var refused = bandit with { Arms = bandit.Arms.SetItem(1, bandit.Arms[1] with { IsRefused = true }) };
        var serve = Evaluate(refused).ShouldBeOfType<RolloutDecision.Serve>();
        serve.Champion.ShouldBeNull();
        serve.Weights[1].Weight.ShouldBeGreaterThan(0.9);

        var select = Of(new ExperimentSettings { Strategy = RolloutStrategy.Select, Select = "…" }, (0, 0), (0, 0), (0, 0));
        select = select with { Arms = select.Arms.SetItem(1, select.Arms[1] with { IsRefused = true }) };
        RolloutDecision Choose(int arm) => Evaluate(select with
        {
            Selection = new SelectionResult(
                ImmutableDictionary<GenerationReference, double>.Empty.Add(select.Arms[arm].Generation, 1), null),
        });
        Choose(1).ShouldBeOfType<RolloutDecision.Stay>().Message.ShouldContain("gates do not let 1.0.0:2 be in production");
        Choose(2).ShouldBeOfType<RolloutDecision.Serve>().Champion.ShouldBe("c");
    }

    private static IRolloutStrategy Strategy(RolloutStrategy strategy) => RolloutStrategies.Of(strategy);

    private static RolloutDecision Begin(ExperimentSnapshot snapshot) => Strategy(snapshot.Settings.Strategy).Begin(snapshot);

    private static RolloutDecision Evaluate(ExperimentSnapshot snapshot) => Strategy(snapshot.Settings.Strategy).Evaluate(snapshot);

    /// <summary>Arms a (in production), b, c … of equal weights, by their ones and trials.</summary>
    private static ExperimentSnapshot Of(ExperimentSettings settings, params (int Hits, int Trials)[] arms) => new()
    {
        Settings = settings,
        Arms =
        [
            .. arms.Select((arm, i) =>
            {
                var sums = new ArmSums(arm.Trials, arm.Hits, arm.Hits, 0);
                return new SnapshotArm(
                    ((char)('a' + i)).ToString(), new GenerationReference("flights", "1.0.0", i + 1), i == 0, 1, false, sums, sums);
            }),
        ],
    };
}
