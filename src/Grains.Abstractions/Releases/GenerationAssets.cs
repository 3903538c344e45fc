namespace Progeny.Abstractions.Releases;

/// <summary>The artifacts of a generation, by SHA-256.</summary>
[GenerateSerializer, Immutable, Alias("progeny.generation-assets")]
public sealed record GenerationAssets
{
    /// <summary>The ONNX model.</summary>
    [Id(0)] public required string Model { get; init; }

    /// <summary>The model's size in bytes.</summary>
    [Id(1)] public required long ModelBytes { get; init; }

    /// <summary>The state that an incremental training continues from, as a zip; null: none was left.</summary>
    [Id(2)] public string? State { get; init; }

    /// <summary>The training's log; null: none was written.</summary>
    [Id(3)] public string? Log { get; init; }

    /// <summary>
    /// How the features of the training rows and the predictions on the rows held out were spread, encoded; null: it was made without rows,
    /// or before profiles were kept.
    /// </summary>
    [Id(4)] public string? Profile { get; init; }

    /// <summary>
    /// Up to 100 of the rows that the training read, against which explanations compare: a JSON object of features a line; null: none were
    /// kept.
    /// </summary>
    [Id(5)] public string? Background { get; init; }
}
