using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Experiments;

namespace Progeny.Core.Tests.Experiments;

public sealed class ProposalPolicyTests
{
    private static readonly GenerationReference First = new("demo", "1.0.0", 1);
    private static readonly GenerationReference Second = new("demo", "1.0.0", 2);

    [Theory]
    [InlineData(RolloutStrategy.Explicit, ProposalStep.Stage)]
    [InlineData(RolloutStrategy.Latest, ProposalStep.Promote)]
    [InlineData(RolloutStrategy.Canary, ProposalStep.Try)]
    [InlineData(RolloutStrategy.Bandit, ProposalStep.Try)]
    public void Strategy_decides_beside_a_champion(RolloutStrategy strategy, ProposalStep step) =>
        ProposalPolicy.Decide(Second, Of(strategy), First, running: null).ShouldBe((step, false));

    [Fact]
    public void First_generation_is_promoted_and_the_champion_left_alone()
    {
        ProposalPolicy.Decide(First, Of(RolloutStrategy.Canary), champion: null, running: null).Step.ShouldBe(ProposalStep.PromoteFirst);
        ProposalPolicy.Decide(First, Of(RolloutStrategy.Canary), First, running: null).Step.ShouldBe(ProposalStep.None);
    }

    [Theory]
    [InlineData(RolloutStrategy.Bandit, RolloutStrategy.Bandit, ProposalStep.Join, false)]
    [InlineData(RolloutStrategy.Canary, RolloutStrategy.Bandit, ProposalStep.Queue, false)]
    [InlineData(RolloutStrategy.Bandit, RolloutStrategy.Canary, ProposalStep.Try, true)]
    [InlineData(RolloutStrategy.Bandit, RolloutStrategy.Latest, ProposalStep.Promote, true)]
    [InlineData(RolloutStrategy.Canary, RolloutStrategy.Latest, ProposalStep.Queue, false)]
    public void Experiment_that_runs_is_joined_waited_for_or_ended(
        RolloutStrategy running, RolloutStrategy own, ProposalStep step, bool ends) =>
        ProposalPolicy.Decide(Second, Of(own), First, Running(running)).ShouldBe((step, ends));

    [Fact]
    public void Bandit_with_other_rules_takes_the_place_of_the_one_that_runs() =>
        ProposalPolicy.Decide(Second, Of(RolloutStrategy.Bandit) with { Discount = 0.9 }, First, Running(RolloutStrategy.Bandit))
            .ShouldBe((ProposalStep.Try, true));

    private static ExperimentSettings Of(RolloutStrategy strategy) => new() { Strategy = strategy };

    private static ExperimentInfo Running(RolloutStrategy strategy) => new()
    {
        Project = "demo",
        Id = "running-1",
        Settings = Of(strategy),
        Status = ExperimentStatus.Running,
        Message = "",
        Champion = First,
        StartedAt = DateTimeOffset.UnixEpoch,
        By = "anna",
    };
}
