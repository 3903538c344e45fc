namespace Progeny.Core.Manifests;

/// <summary>How a model is made. Exactly one of <see cref="Trainer"/>, <see cref="Command"/> and <see cref="Model"/> is set.</summary>
public sealed record PipelineManifest
{
    /// <summary>The built-in trainer's name: <c>xgboost</c>.</summary>
    public string? Trainer { get; init; }

    /// <summary>A program and its arguments, run in the job folder with the package's files beside it.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>A finished ONNX file inside the package.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Free parameters for the trainer, as <c>parameters.json</c> gives them: strings, numbers (double or long), booleans, lists, maps.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Parameters { get; init; } = new Dictionary<string, object?>();

    /// <summary>Whether a training continues from the state that the last generation left.</summary>
    public bool Incremental { get; init; }

    /// <summary>The time a training may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The memory a training may take, in bytes.</summary>
    public long Memory { get; init; } = 4L << 30;

    /// <summary>The seed of all randomness in training.</summary>
    public int Seed { get; init; }
}
