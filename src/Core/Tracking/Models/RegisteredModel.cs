namespace Progeny.Core.Tracking.Models;

/// <summary>A name in the model registry, with its versions.</summary>
public sealed record RegisteredModel
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>When it was created, in milliseconds since 1970.</summary>
    public long CreationTimestamp { get; init; }

    /// <summary>When it or a version of it was changed last, in milliseconds since 1970.</summary>
    public long LastUpdatedTimestamp { get; init; }

    /// <summary>What it is; null: nobody has said.</summary>
    public string? Description { get; init; }

    /// <summary>The newest version of each stage.</summary>
    public IReadOnlyList<ModelVersion> LatestVersions { get; init; } = [];

    /// <summary>Its tags, by name.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];

    /// <summary>Its aliases, by name.</summary>
    public IReadOnlyList<ModelAlias> Aliases { get; init; } = [];
}

/// <summary>A name for a version.</summary>
/// <param name="Alias">The name.</param>
/// <param name="Version">The version.</param>
public sealed record ModelAlias(string Alias, string Version);
