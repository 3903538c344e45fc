using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Manifests;

/// <summary>How predictions are served.</summary>
public sealed record ServingManifest
{
    public QueryLogMode Log { get; init; } = QueryLogMode.Fast;

    /// <summary>
    /// The share of the queries whose fields are kept in the log, 0 to 1; all else is kept of every query. A hash of the query id with a
    /// secret of the release decides.
    /// </summary>
    public double LogSample { get; init; } = 1;

    /// <summary>Fields whose values never reach the log or its streams.</summary>
    public IReadOnlyList<string> Redact { get; init; } = [];

    /// <summary>How long records are kept.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The most rows that run through the model at once.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>The most queries that may be under way at once on a node; past it they are refused. Null: as the node is set.</summary>
    public int? MaxQueue { get; init; }

    /// <summary>How long a query may wait for others to share a run; zero: never on purpose.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// The model output that holds the prediction; null: <c>probabilities</c> or <c>value</c> if there, else the only float output.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>For binary tasks, the probability of the positive class from which it is predicted.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>
    /// How a new generation comes to answer queries (docs/experiments.md). Each strategy has members of its own; the parser refuses the
    /// others'.
    /// </summary>
    public ExperimentSettings Rollout { get; init; } = new();
}
