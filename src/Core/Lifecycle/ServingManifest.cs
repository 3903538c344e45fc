namespace Progeny.Core.Lifecycle;

/// <summary>How predictions are served.</summary>
public sealed record ServingManifest
{
    public QueryLogMode Log { get; init; } = QueryLogMode.Fast;

    /// <summary>The most rows that run through the model at once.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>How long a query may wait for others to share a run; zero: never on purpose.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// The model output that holds the prediction; null: <c>probabilities</c> or <c>value</c> if there, else the only float output.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>For binary tasks, the probability of the positive class from which it is predicted.</summary>
    public double Threshold { get; init; } = 0.5;
}
