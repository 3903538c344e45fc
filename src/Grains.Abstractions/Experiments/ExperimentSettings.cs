using System.Collections.Immutable;

namespace Progeny.Abstractions.Experiments;

/// <summary>The rules of an experiment, as <c>serving.rollout</c> of a manifest, or the request that starts it, has them.</summary>
[GenerateSerializer, Immutable, Alias("progeny.experiment-settings")]
public sealed record ExperimentSettings
{
    // One array, so that settings that leave it out are equal.
    private static readonly ImmutableArray<string> ChampionOnly = ["champion"];

    [Id(0)] public RolloutStrategy Strategy { get; init; } = RolloutStrategy.Explicit;

    /// <summary>The figure that is compared: <c>loss</c> or one of the project's own metrics.</summary>
    [Id(1)] public string Metric { get; init; } = "loss";

    /// <summary>Whether the less of <see cref="Metric"/> the better, or the more.</summary>
    [Id(2)] public Goal Goal { get; init; } = Goal.Minimize;

    /// <summary>canary: what a challenger goes through before it is in production.</summary>
    [Id(3)] public ImmutableArray<CanaryStep> Steps { get; init; } = [];

    /// <summary>abtest: the share of the traffic that the challengers without one of their own have together, in equal parts.</summary>
    [Id(4)] public double Share { get; init; } = 0.5;

    /// <summary>
    /// abtest: the probability that a difference is found where there is none, however often it is checked. canary: the same for a
    /// roll-back.
    /// </summary>
    [Id(5)] public double Alpha { get; init; } = 0.05;

    /// <summary>shadow, abtest: the outcomes of each arm after which it ends (abtest: without a verdict).</summary>
    [Id(6)] public int Outcomes { get; init; } = 1_000;

    /// <summary>shadow, abtest: the time after which it ends without a verdict.</summary>
    [Id(7)] public TimeSpan Time { get; init; } = TimeSpan.FromDays(30);

    /// <summary>bandit: how the next weights are chosen.</summary>
    [Id(8)] public BanditPolicy Policy { get; init; } = BanditPolicy.Thompson;

    /// <summary>bandit: what an outcome counts after each further one, above 0, at most 1.</summary>
    [Id(9)] public double Discount { get; init; } = 1;

    /// <summary>bandit: the share that epsilon-greedy leaves to chance.</summary>
    [Id(10)] public double Epsilon { get; init; } = 0.1;

    /// <summary>select: SQL over the table <c>generations</c> that yields <c>generation</c> and <c>weight</c>.</summary>
    [Id(11)] public string? Select { get; init; }

    /// <summary>bandit: how many generations take part, the newest. select: how many the SQL sees.</summary>
    [Id(12)] public int Generations { get; init; } = 5;

    /// <summary>Further generations that take part, <c>1.2.0:3</c> or <c>project@1.2.0:3</c>: of other releases or projects.</summary>
    [Id(13)] public ImmutableArray<string> Arms { get; init; } = [];

    /// <summary>Who answers where an arm fails: <c>champion</c> or generations, the first one first.</summary>
    [Id(14)] public ImmutableArray<string> Fallback { get; init; } = ChampionOnly;

    /// <summary>abtest: the challengers that have a share of their own, by generation as <see cref="Arms"/> names it.</summary>
    [Id(15)] public ImmutableArray<ArmShare> Shares { get; init; } = [];

    /// <summary>
    /// canary, abtest, bandit, select: whether who answers follows the plan's key, mostly the entity; false: each query is drawn by itself.
    /// </summary>
    [Id(16)] public bool Sticky { get; init; } = true;
}
