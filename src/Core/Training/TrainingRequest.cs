using Progeny.Abstractions.Releases;
using Progeny.Core.Datasets;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Training;

/// <summary>One training that somebody wants.</summary>
public sealed record TrainingRequest
{
    public required Manifest Manifest { get; init; }

    /// <summary>The files of the package, unpacked.</summary>
    public required string ProjectFolder { get; init; }

    /// <summary>Where to work; the caller deletes it when the model has been taken from it.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>The state that the last generation left; used where the pipeline is incremental. Null: none.</summary>
    public string? PreviousState { get; init; }

    /// <summary>
    /// Where the generation came from that left <see cref="PreviousState"/>: only rows behind its own are taken. Null: all are.
    /// </summary>
    public Lineage? Previous { get; init; }

    /// <summary>The ordinal of the first row to take; null: from the first there is.</summary>
    public Ordinal? From { get; init; }

    /// <summary>The ordinal before which to stop; null: after the last there is.</summary>
    public Ordinal? To { get; init; }

    /// <summary>The rows of an earlier training, to be trained on again; null: they are read from the source.</summary>
    public TrainingData? Data { get; init; }

    public TrainingPurpose Purpose { get; init; } = TrainingPurpose.Generation;

    /// <summary>Whether the time and memory of the model are to be measured and the tests of the manifest to be run.</summary>
    public bool Measure { get; init; }
}
