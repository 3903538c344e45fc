namespace Progeny.Core.Tracking.Models;

/// <summary>A version of a registered model.</summary>
public sealed record ModelVersion
{
    /// <summary>The name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>The number of the version, from 1.</summary>
    public required string Version { get; init; }

    /// <summary>When it was created, in milliseconds since 1970.</summary>
    public long CreationTimestamp { get; init; }

    /// <summary>When it was changed last, in milliseconds since 1970.</summary>
    public long LastUpdatedTimestamp { get; init; }

    /// <summary>One of <see cref="ModelStages"/>.</summary>
    public required string CurrentStage { get; init; }

    /// <summary>What it is.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where its files are, as the client said: <c>models:/m-…</c> or an address.</summary>
    public string Source { get; init; } = "";

    /// <summary>The run that made it; empty: none.</summary>
    public string RunId { get; init; } = "";

    /// <summary>The state, which is <c>READY</c>.</summary>
    public string Status { get; init; } = "READY";

    /// <summary>Its tags, by name.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];

    /// <summary>An address of the run elsewhere.</summary>
    public string RunLink { get; init; } = "";

    /// <summary>The aliases that name it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}
