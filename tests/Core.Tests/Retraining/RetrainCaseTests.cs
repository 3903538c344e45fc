using System.Collections.Immutable;
using Progeny.Abstractions.Training;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Retraining;

namespace Progeny.Core.Tests.Retraining;

public sealed class RetrainCaseTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Clock_asks_for_the_first_training_and_then_once_an_interval()
    {
        Clock(last: null, Noon).ShouldBe(new RetrainDecision.Start(JobTrigger.Schedule, "retrain.every: nothing was trained yet"));
        Clock(last: Noon, Noon.AddMinutes(59)).ShouldBe(new RetrainDecision.Wait("the clock", Noon + Hour));
        Clock(last: Noon, Noon.AddHours(1))
            .ShouldBe(new RetrainDecision.Start(JobTrigger.Schedule, "retrain.every: the last training is 1h ago"));
    }

    [Fact]
    public void Long_sleep_is_caught_up_once()
    {
        Clock(last: Noon, Noon.AddDays(100)).ShouldBeOfType<RetrainDecision.Start>();
        Clock(last: Noon.AddDays(100), Noon.AddDays(100).AddMinutes(1)).ShouldBeOfType<RetrainDecision.Wait>();
    }

    [Fact]
    public void Clock_that_was_put_back_trains_once_and_then_by_the_new_time()
    {
        Clock(last: Noon.AddYears(1), Noon).ShouldBeOfType<RetrainDecision.Start>();
        Clock(last: Noon, Noon.AddMinutes(30)).ShouldBeOfType<RetrainDecision.Wait>();
        Clock(last: Noon.AddSeconds(30), Noon).ShouldBeOfType<RetrainDecision.Wait>().Until.ShouldBe(Noon + Hour);
    }

    [Fact]
    public void Failures_are_waited_for_ever_longer_up_to_a_limit_also_when_the_clock_was_put_back()
    {
        var backOff = new BackOff(TimeSpan.FromMinutes(1), Hour);
        new[] { 0, 1, 2, 3, 7, 8, 10_000 }.Select(backOff.After).ShouldBe(
            [TimeSpan.Zero, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4), Hour, Hour, Hour],
            ignoreOrder: false);

        var failed = History(
            Job(JobStatus.Failed, Noon.AddMinutes(-5)),
            Job(JobStatus.Failed, Noon.AddMinutes(-9)),
            Job(JobStatus.Succeeded, Noon.AddHours(-2)));
        failed.Failures.ShouldBe(2);
        (Case(failed) with { Now = Noon.AddMinutes(-3.5) }).Decide()
            .ShouldBeOfType<RetrainDecision.Wait>().Until.ShouldBe(Noon.AddMinutes(-3));
        (Case(failed) with { Now = Noon }).Decide().ShouldBeOfType<RetrainDecision.Start>();
        (Case(failed) with { Now = Noon.AddYears(-1) }).Decide().ShouldBeOfType<RetrainDecision.Start>();
    }

    [Fact]
    public void Open_job_is_waited_for_whoever_started_it() =>
        Case(History(Job(JobStatus.Running, Noon))).Decide().ShouldBe(new RetrainDecision.Wait("job 1 goes on", null));

    [Fact]
    public void Condition_that_stays_true_asks_again_when_it_was_false_or_data_grew_or_time_passed()
    {
        var asked = Case(History(Job(JobStatus.Succeeded, Noon, JobTrigger.Condition))) with
        {
            Retrain = new RetrainManifest { When = "loss > 0.5" },
            When = new ConditionVerdict(true, "loss 0.7", ImmutableSortedDictionary<string, double>.Empty),
            TrainRows = 1_000,
            NewOutcomes = 99,
            Now = Noon.AddMinutes(10),
        };
        var wait = asked.Decide().ShouldBeOfType<RetrainDecision.Wait>();
        wait.For.ShouldContain("100 new outcomes (99 now)");
        wait.Until.ShouldBe(Noon.AddHours(1));

        (asked with { WasFalse = true }).Decide().ShouldBe(new RetrainDecision.Start(JobTrigger.Condition, "retrain.when: loss 0.7"));
        (asked with { NewOutcomes = 100 }).Decide().ShouldBeOfType<RetrainDecision.Start>();
        (asked with { Now = Noon.AddHours(1) }).Decide().ShouldBeOfType<RetrainDecision.Start>();
        (asked with { Jobs = History(Job(JobStatus.Succeeded, Noon)) }).Decide().ShouldBeOfType<RetrainDecision.Start>();
        (asked with { When = asked.When with { Holds = false } }).Decide().ShouldBeOfType<RetrainDecision.Wait>();
    }

    [Fact]
    public void Condition_waits_after_a_training_that_found_nothing_new_whoever_asked_until_more_outcomes_came()
    {
        var nothing = Case(History(Job(JobStatus.Succeeded, Noon, made: false))) with
        {
            Retrain = new RetrainManifest { When = "new_outcomes >= 500" },
            When = new ConditionVerdict(true, "new_outcomes 500", ImmutableSortedDictionary<string, double>.Empty),
            TrainRows = 1_000,
            NewOutcomes = 500,
            OutcomesSinceJob = 99,
            WasFalse = true,
            Now = Noon.AddMinutes(10),
        };
        nothing.Decide().ShouldBeOfType<RetrainDecision.Wait>().For.ShouldContain("100 new outcomes (99 now)");
        (nothing with { OutcomesSinceJob = 100 }).Decide().ShouldBeOfType<RetrainDecision.Start>();
        (nothing with { Now = Noon.AddHours(1) }).Decide().ShouldBeOfType<RetrainDecision.Start>();
    }

    [Theory]
    [InlineData(JobTrigger.Condition)]
    [InlineData(JobTrigger.Schedule)]
    public void Training_of_the_agent_that_was_cancelled_is_not_started_again_at_once(JobTrigger trigger)
    {
        var cancelled = Case(History(Job(JobStatus.Cancelled, Noon, trigger, made: false))) with
        {
            Retrain = new RetrainManifest { When = "loss > 0.5", Every = Hour },
            When = new ConditionVerdict(true, "loss 0.7", ImmutableSortedDictionary<string, double>.Empty),
            TrainRows = 1_000,
            NewOutcomes = 5_000,
            Now = Noon.AddMinutes(1),
        };
        cancelled.Decide().ShouldBeOfType<RetrainDecision.Wait>();
        (cancelled with { Retrain = new RetrainManifest { Every = Hour }, When = null }).Decide()
            .ShouldBeOfType<RetrainDecision.Wait>().Until.ShouldBe(Noon + Hour);
        (cancelled with { WasFalse = true }).Decide().ShouldBeOfType<RetrainDecision.Start>();
    }

    [Fact]
    public void Words_of_a_client_are_not_taken_for_those_of_the_agent()
    {
        var faked = Job(JobStatus.Succeeded, Noon) with
        {
            Request = new JobRequest { Kind = JobKind.Train, By = "offline agent: retrain.when: loss 0.7" },
        };
        (Case(History(faked)) with
        {
            Retrain = new RetrainManifest { When = "loss > 0.5" },
            When = new ConditionVerdict(true, "loss 0.7", ImmutableSortedDictionary<string, double>.Empty),
            Now = Noon.AddMinutes(10),
        }).Decide().ShouldBeOfType<RetrainDecision.Start>();
    }

    [Fact]
    public void Succeeding_job_ends_a_row_of_failures_and_a_cancelled_one_is_none()
    {
        History(Job(JobStatus.Succeeded, Noon), Job(JobStatus.Failed, Noon)).Failures.ShouldBe(0);
        History(Job(JobStatus.Cancelled, Noon), Job(JobStatus.Failed, Noon)).Failures.ShouldBe(1);
    }

    private static RetrainDecision Clock(DateTimeOffset? last, DateTimeOffset now) =>
        (Case(last is { } at ? History(Job(JobStatus.Succeeded, at)) : new JobHistory()) with { Now = now }).Decide();

    private static RetrainCase Case(JobHistory jobs) => new()
    {
        Retrain = new RetrainManifest { Every = Hour },
        Jobs = jobs,
        BackOff = new BackOff(TimeSpan.FromMinutes(1), Hour),
        Now = Noon,
    };

    private static JobHistory History(params JobInfo[] newestFirst) => JobHistory.Of(newestFirst);

    private static JobInfo Job(JobStatus status, DateTimeOffset at, JobTrigger trigger = JobTrigger.Request, bool made = true) => new()
    {
        Id = "1",
        Project = "flights",
        Release = "1.0.0",
        Request = new JobRequest { Kind = JobKind.Train, Trigger = trigger },
        Status = status,
        Message = "",
        CreatedAt = at,
        StartedAt = at,
        Generation = made && status is JobStatus.Succeeded ? new("flights", "1.0.0", 1) : null,
        EndedAt = status is JobStatus.Running ? null : at,
    };
}
