using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;

namespace Progeny.Core.Metrics;

/// <summary>What is known of one step in time.</summary>
public sealed class MetricsPoint
{
    /// <summary>The name under which the loss is stored among the figures.</summary>
    public const string LossName = "loss";

    /// <summary>The start of the step.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Whose point it is; null: the project's as a whole.</summary>
    public GenerationReference? Generation { get; init; }

    /// <summary>The arm whose point it is; null: all of them.</summary>
    public string? Arm { get; init; }

    public ServingCounts Counts { get; } = new();

    /// <summary>The number of predictions of this step whose outcome is known.</summary>
    public long Outcomes { get; set; }

    /// <summary>
    /// The loss (<see cref="LossName"/>) and the project's own metrics, over the predictions of this step whose outcome is known.
    /// </summary>
    public SortedDictionary<string, MetricFigure> Figures { get; } = new(StringComparer.Ordinal);

    /// <summary>The mean loss; null where no outcome is known.</summary>
    public double? Loss => Figures.TryGetValue(LossName, out var loss) ? loss.Mean : null;
}
