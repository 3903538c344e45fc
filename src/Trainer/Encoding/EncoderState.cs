using Progeny.Core.Datasets;

namespace Progeny.Trainer.Encoding;

/// <summary>What a generation leaves beside its booster: how its columns were made, and for which task.</summary>
public sealed record EncoderState
{
    /// <summary>The number of this file's layout.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string Booster { get; init; }

    public required string Objective { get; init; }

    /// <summary>Name and type of each feature, as <c>name:type</c>, in order.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required FeatureEncoders Encoders { get; init; }

    public static IReadOnlyList<string> Describe(TrainerSchema schema) =>
        [.. schema.Features.Select(f => $"{f.Name}:{f.Type.ToString().ToLowerInvariant()}")];
}
