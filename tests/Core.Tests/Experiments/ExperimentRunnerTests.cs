using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Experiments;
using Progeny.Core.Experiments.Strategies;

namespace Progeny.Core.Tests.Experiments;

/// <summary>An experiment without grains: what it stores, which plans it asks for, and where it goes on after a stop.</summary>
public sealed class ExperimentRunnerTests
{
    private static readonly GenerationReference Champion = new("demo", "1.0.0", 1);
    private static readonly GenerationReference Challenger = new("demo", "1.0.0", 2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Context _context = new();

    [Fact]
    public async Task Canary_begins_with_its_first_step_and_ends_with_the_winner_in_all_traffic()
    {
        await EvaluateAsync();
        _context.Plan.Arms.Select(arm => (arm.Name, arm.Weight)).ShouldBe([("champion", 0.8), ("challenger", 0.2)]);
        (_context.State.Status, _context.State.PlanVersion).ShouldBe((ExperimentStatus.Running, 2));

        _context.Count(hits: 0.9, outcomes: 400);
        await EvaluateAsync();

        (_context.State.Status, _context.State.Verdict).ShouldBe((ExperimentStatus.Ended, ExperimentVerdict.Won));
        _context.Plan.Arms.ShouldBe([new RolloutArm("champion", Challenger, 1)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Change_that_a_stop_interrupted_is_made_once(bool wasMade)
    {
        await EvaluateAsync();
        _context.Count(hits: 0.9, outcomes: 400);
        _context.StopsAfterSetPlan = wasMade;
        _context.StopsBeforeSetPlan = !wasMade;
        await Should.ThrowAsync<InvalidOperationException>(EvaluateAsync);
        _context.State.PendingChange.ShouldNotBeNull();

        await EvaluateAsync();
        (_context.Plan.Version, _context.State.Verdict, _context.State.PendingChange).ShouldBe((3, ExperimentVerdict.Won, null));
    }

    [Fact]
    public async Task Plan_of_somebody_else_stays_and_the_experiment_ends()
    {
        await EvaluateAsync();
        _context.Plan = _context.Plan with { Version = 3, By = "anna", Reason = null, DraftId = null };
        await EvaluateAsync();
        (_context.State.Verdict, _context.Plan.Version).ShouldBe((ExperimentVerdict.Interrupted, 3));
    }

    [Fact]
    public async Task Plan_with_the_same_words_is_not_taken_for_its_own()
    {
        await EvaluateAsync();
        _context.Count(hits: 0.9, outcomes: 400);
        _context.StopsBeforeSetPlan = true;
        await Should.ThrowAsync<InvalidOperationException>(EvaluateAsync);
        var wanted = _context.State.PendingChange!.Draft;
        _context.Plan = _context.Plan with { Version = 3, By = wanted.By, Reason = wanted.Reason, DraftId = null };

        await EvaluateAsync();
        _context.State.Verdict.ShouldBe(ExperimentVerdict.Interrupted);
    }

    [Fact]
    public async Task Challenger_that_cannot_serve_is_rolled_back_before_it_has_traffic()
    {
        _context.Refuses = [PlanFault.OfArm(1, "generation", "it does not load")];
        (await Should.ThrowAsync<PlanException>(EvaluateAsync)).Faults.Length.ShouldBe(1);
        (_context.State.Verdict, _context.Plan.Version).ShouldBe((ExperimentVerdict.RolledBack, 1));
    }

    [Fact]
    public async Task Gates_that_refuse_the_winner_roll_it_back()
    {
        await EvaluateAsync();
        _context.Count(hits: 0.9, outcomes: 400);
        _context.Refusal = "the gate 'loss' says no";
        await EvaluateAsync();
        (_context.State.Verdict, _context.Plan.Arms[0].Generation).ShouldBe((ExperimentVerdict.RolledBack, Champion));
        _context.State.Message.ShouldContain("the gate 'loss' says no");
    }

    [Fact]
    public async Task Winner_that_needs_an_approval_keeps_its_share_until_somebody_decides()
    {
        await EvaluateAsync();
        _context.Count(hits: 0.9, outcomes: 400);
        (_context.Refusal, _context.IsPending) = ("approval 1 is pending", true);
        await EvaluateAsync();
        (_context.State.Status, _context.Plan.Version).ShouldBe((ExperimentStatus.Running, 2));
        _context.State.Message.ShouldContain("approval 1 is pending");

        _context.Refusal = null;
        await EvaluateAsync();
        (_context.State.Verdict, _context.Plan.Arms[0].Generation).ShouldBe((ExperimentVerdict.Won, Challenger));
    }

    [Fact]
    public async Task Promotion_that_a_person_asked_for_waits_for_its_approval_and_is_made_then()
    {
        await EvaluateAsync();
        (_context.Refusal, _context.IsPending) = ("approval 1 is pending", true);
        var wanted = new WantedPromotion(Challenger, "anna", "it is better");
        (await new ExperimentRunner(_context, Interval, TimeProvider.System).PromoteWantedAsync(wanted)).ShouldBeNull();
        await EvaluateAsync();
        (_context.State.Status, _context.State.Wanted).ShouldBe((ExperimentStatus.Running, wanted));

        _context.Refusal = null;
        await EvaluateAsync();
        (_context.State.Verdict, _context.Plan.Arms[0].Generation).ShouldBe((ExperimentVerdict.Won, Challenger));
        _context.State.Message.ShouldContain("was promoted by anna: it is better");
    }

    [Fact]
    public async Task Promotion_that_is_not_approved_is_given_up_and_the_experiment_goes_on()
    {
        await EvaluateAsync();
        (_context.Refusal, _context.IsPending) = ("approval 1 is pending", true);
        await new ExperimentRunner(_context, Interval, TimeProvider.System).PromoteWantedAsync(
            new WantedPromotion(Challenger, "anna", null));
        (_context.Refusal, _context.IsPending) = ("approval 1 was refused by carl: no", false);
        await EvaluateAsync();
        (_context.State.Status, _context.State.Wanted, _context.Plan.Version).ShouldBe((ExperimentStatus.Running, null, 2));
        _context.State.Outbox.ShouldContain(decision => decision.Message.Contains("was refused by carl: no", StringComparison.Ordinal));
    }

    /// <summary>Evaluates as a new activation does after a stop.</summary>
    private Task EvaluateAsync() => new ExperimentRunner(_context, Interval, TimeProvider.System).EvaluateAsync();

    private sealed class Context : IExperimentContext
    {
        public RolloutPlan Plan { get; set; } = new()
        {
            Project = "demo",
            Version = 1,
            Champion = Champion,
            ChampionArm = "champion",
            Arms = [new RolloutArm("champion", Champion, 1)],
        };

        public ExperimentState State { get; private set; }

        public ImmutableArray<PlanFault> Refuses { get; set; } = [];

        public string? Refusal { get; set; }

        public bool IsPending { get; set; }

        public bool StopsBeforeSetPlan { get; set; }

        public bool StopsAfterSetPlan { get; set; }

        public Context() => State = ExperimentState.Create(
            "demo", "canary-1",
            new ExperimentRequest
            {
                Settings = new ExperimentSettings
                {
                    Strategy = RolloutStrategy.Canary,
                    Metric = "hit",
                    Goal = Goal.Maximize,
                    Steps = [new CanaryStep(0.2, 100, TimeSpan.FromHours(1))],
                },
                Generations = [Challenger],
                By = "anna",
            },
            Plan, Champion, [Challenger], DateTimeOffset.UnixEpoch, scoreOffset: 0);

        public void Count(double hits, int outcomes)
        {
            var sums = Enumerable.Range(0, outcomes).Aggregate(ArmSums.None, (sum, i) => sum.Add(i < hits * outcomes ? 1 : 0));
            State = State with { Arms = [.. State.Arms.Select(arm => arm with { All = sums, InStep = sums, Outcomes = outcomes })] };
        }

        public Task SaveAsync(ExperimentState next)
        {
            State = next;
            return Task.CompletedTask;
        }

        public void Keep(ExperimentState next) => State = next;

        public Task<RolloutPlan> GetPlanAsync() => Task.FromResult(Plan);

        public Task<RolloutPlan> SetPlanAsync(PlanDraft draft)
        {
            if (StopsBeforeSetPlan)
            {
                StopsBeforeSetPlan = false;
                throw new InvalidOperationException("The node stops.");
            }

            if (!Refuses.IsEmpty)
                throw new PlanException(Refuses);
            draft.Version.ShouldBe(Plan.Version);
            Plan = Plan with { Version = Plan.Version + 1, Arms = draft.Arms, By = draft.By, Reason = draft.Reason, DraftId = draft.Id };
            if (!StopsAfterSetPlan)
                return Task.FromResult(Plan);
            StopsAfterSetPlan = false;
            throw new InvalidOperationException("The node stops.");
        }

        public Task<GateReport> CheckGatesAsync(GenerationReference generation, Stage stage, string? by = null) =>
            Task.FromResult(new GateReport(
            Refusal is null,
            Refusal is null
                ? []
                : [new GateVerdict("loss", false, Refusal, ImmutableSortedDictionary<string, double>.Empty) { Pending = IsPending }]));

        public Task<ExperimentSnapshot> TakeSnapshotAsync() => Task.FromResult(ExperimentReport.Snapshot(State));

        public Task<ExperimentState> CountAsync() => Task.FromResult(State);

        public Task<long> GetLastRecordAsync() => Task.FromResult(0L);
    }
}
