using System.Text.Json.Nodes;
using Progeny.Core.Datasets;
using Progeny.Core.Drift;
using Progeny.Core.Evaluation;

namespace Progeny.Core.Training;

/// <summary>What a training came to.</summary>
public sealed record TrainingResult
{
    /// <summary>
    /// The path of the accepted ONNX model in the work folder; null where only figures were wanted and no model is for keeps.
    /// </summary>
    public required string? Model { get; init; }

    /// <summary>The path of the folder with the state that the trainer left for the next one; null: none.</summary>
    public string? State { get; init; }

    /// <summary>The path of a sample of the rows read (<see cref="BackgroundSample"/>); null without a source.</summary>
    public string? Background { get; init; }

    /// <summary>The evaluation; null for a finished model without a source.</summary>
    public EvaluationReport? Evaluation { get; init; }

    /// <summary>The trainer's own figures (<c>metrics.json</c>) of the model; empty where it gave none.</summary>
    public IReadOnlyDictionary<string, double> TrainerMetrics { get; init; } = new Dictionary<string, double>();

    /// <summary>What was in <c>parameters.json</c>.</summary>
    public required JsonObject Parameters { get; init; }

    /// <summary>The rows read, their digest and the range of their ordinals; null without a source.</summary>
    public TrainingData? Data { get; init; }

    /// <summary>The rows that the model was trained on.</summary>
    public long TrainRows { get; init; }

    /// <summary>
    /// How the features of the training rows and the predictions on the rows held out were spread; null without a source, or where no model
    /// is for keeps.
    /// </summary>
    public Distributions? Profile { get; init; }

    /// <summary>How quick and large the model is; null where that was not asked.</summary>
    public ModelPerformance? Performance { get; init; }

    /// <summary>How the tests of the manifest went, where that was asked.</summary>
    public IReadOnlyList<ProjectTestResult> Tests { get; init; } = [];

    /// <summary>The ends of what the trainer printed, one training after the other.</summary>
    public string Log { get; init; } = "";

    public TimeSpan Duration { get; init; }
}
