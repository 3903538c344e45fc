using System.Collections.ObjectModel;
using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Manifests;

/// <summary>How a new generation comes to answer queries (docs/experiments.md). Each strategy has members of its own; the parser refuses the others'.</summary>
public sealed record RolloutManifest
{
    private static readonly IReadOnlyList<string> ChampionOnly = ["champion"];

    public RolloutStrategy Strategy { get; init; } = RolloutStrategy.Explicit;

    /// <summary>The figure that is compared: <c>loss</c> or one of the project's own metrics.</summary>
    public string Metric { get; init; } = Core.Metrics.MetricsPoint.LossName;

    /// <summary>Whether the less of <see cref="Metric"/> the better, or the more.</summary>
    public Goal Goal { get; init; } = Goal.Minimize;

    /// <summary>canary: what a challenger goes through before it is in charge.</summary>
    public IReadOnlyList<CanaryStep> Steps { get; init; } = [];

    /// <summary>abtest: the share of the traffic that the challengers without one of their own have together, in equal parts.</summary>
    public double Share { get; init; } = 0.5;

    /// <summary>abtest: shares of challengers' own, by generation as <see cref="Arms"/> names it.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>abtest: the probability that a difference is found where there is none, however often one looks. canary: the same for a roll-back.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>shadow, abtest: the outcomes of each arm after which it ends (abtest: without a verdict).</summary>
    public int Outcomes { get; init; } = 1_000;

    /// <summary>shadow, abtest: the time after which it ends without a verdict.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromDays(30);

    /// <summary>bandit: how the next weights are chosen.</summary>
    public BanditPolicy Policy { get; init; } = BanditPolicy.Thompson;

    /// <summary>bandit: what an outcome counts after each further one, 1: for ever.</summary>
    public double Discount { get; init; } = 1;

    /// <summary>bandit: the share that epsilon-greedy leaves to chance.</summary>
    public double Epsilon { get; init; } = 0.1;

    /// <summary>select: SQL over the table <c>generations</c> that yields <c>generation</c> and <c>weight</c>.</summary>
    public string? Select { get; init; }

    /// <summary>bandit: how many generations take part, the newest. select: how many the SQL sees.</summary>
    public int Generations { get; init; } = 5;

    /// <summary>Further generations that take part, <c>1.2.0:3</c> or <c>project@1.2.0:3</c>: of other releases or projects.</summary>
    public IReadOnlyList<string> Arms { get; init; } = [];

    /// <summary>canary, abtest, bandit, select: whether who answers follows the plan's key, mostly the entity; false: each query is drawn by itself.</summary>
    public bool Sticky { get; init; } = true;

    /// <summary>Who answers where an arm fails: <c>champion</c> or generations, the first one first.</summary>
    public IReadOnlyList<string> Fallback { get; init; } = ChampionOnly;
}
