using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;

namespace Progeny.Grains.Rollouts;

/// <summary>A rollback that a hook has not taken note of yet.</summary>
public sealed record RollbackNotice
{
    /// <summary>The same at each attempt.</summary>
    public required string Id { get; init; }

    /// <summary>The hook, as the manifest of <see cref="Left"/> has it.</summary>
    public required HookManifest Hook { get; init; }

    /// <summary>The generation that was taken out.</summary>
    public required GenerationReference Left { get; init; }

    /// <summary>The generation in production since.</summary>
    public required GenerationReference Champion { get; init; }

    public required string By { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }
}
