using System.Collections.Immutable;

namespace Progeny.Abstractions.Experiments;

/// <summary>The rules of an experiment, as <c>serving.rollout</c> of a manifest or whoever starts it by hand says them.</summary>
[GenerateSerializer, Immutable, Alias("progeny.experiment-settings")]
public sealed record ExperimentSettings
{
    [Id(0)] public required RolloutStrategy Strategy { get; init; }

    /// <summary>The figure that is compared: <c>loss</c> or one of the project's own metrics.</summary>
    [Id(1)] public string Metric { get; init; } = "loss";

    /// <summary>Whether the less of <see cref="Metric"/> the better, or the more.</summary>
    [Id(2)] public Goal Goal { get; init; } = Goal.Minimize;

    /// <summary>canary: what the challenger goes through.</summary>
    [Id(3)] public ImmutableArray<CanaryStep> Steps { get; init; } = [];

    /// <summary>abtest: the share of the traffic that the challengers without one of their own have together.</summary>
    [Id(4)] public double Share { get; init; } = 0.5;

    /// <summary>The probability of a verdict where there is no difference, however often one looks.</summary>
    [Id(5)] public double Alpha { get; init; } = 0.05;

    /// <summary>shadow, abtest: the outcomes of each arm after which it ends.</summary>
    [Id(6)] public int Outcomes { get; init; } = 1_000;

    /// <summary>shadow, abtest: the time after which it ends.</summary>
    [Id(7)] public TimeSpan Time { get; init; } = TimeSpan.FromDays(30);

    [Id(8)] public BanditPolicy Policy { get; init; } = BanditPolicy.Thompson;

    /// <summary>bandit: what an outcome counts after each further one, above 0, at most 1.</summary>
    [Id(9)] public double Discount { get; init; } = 1;

    /// <summary>bandit: the share that epsilon-greedy leaves to chance.</summary>
    [Id(10)] public double Epsilon { get; init; } = 0.1;

    /// <summary>select: SQL over the table <c>generations</c> that yields <c>generation</c> and <c>weight</c>.</summary>
    [Id(11)] public string? Select { get; init; }

    /// <summary>bandit, select: how many generations take part, the newest.</summary>
    [Id(12)] public int Generations { get; init; } = 5;

    /// <summary>Further generations that take part, <c>1.2.0:3</c> or <c>project@1.2.0:3</c>.</summary>
    [Id(13)] public ImmutableArray<string> Arms { get; init; } = [];

    /// <summary>Who answers where an arm fails: <c>champion</c> or generations, the first one first.</summary>
    [Id(14)] public ImmutableArray<string> Fallback { get; init; } = ["champion"];

    /// <summary>abtest: the challengers that have a share of their own.</summary>
    [Id(15)] public ImmutableArray<ArmShare> Shares { get; init; } = [];

    /// <summary>canary, abtest, bandit, select: whether who answers follows the plan's key, mostly the entity; false: each query is drawn by itself.</summary>
    [Id(16)] public bool Sticky { get; init; } = true;
}
