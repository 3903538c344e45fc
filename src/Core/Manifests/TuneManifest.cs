namespace Progeny.Core.Manifests;

/// <summary>How the parameters of the trainer are searched for (<c>progeny model tune</c>).</summary>
public sealed record TuneManifest
{
    public TuneMethod Method { get; init; } = TuneMethod.Random;

    /// <summary>The number of sets of parameters that are tried.</summary>
    public int Trials { get; init; } = 20;

    /// <summary>How many trials run at once, where the node has room for them.</summary>
    public int Parallel { get; init; } = 2;

    /// <summary>The metric of the evaluation that decides; null: logLoss of a classification, rmse of a regression.</summary>
    public string? Metric { get; init; }

    /// <summary>What is tried, by the name of the trainer's parameter.</summary>
    public required IReadOnlyDictionary<string, TuneRange> Space { get; init; }
}
