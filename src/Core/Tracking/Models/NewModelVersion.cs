namespace Progeny.Core.Tracking.Models;

/// <summary>A version to be created.</summary>
public sealed record NewModelVersion
{
    /// <summary>The name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>Where its files are: <c>models:/m-…</c> or an address.</summary>
    public required string Source { get; init; }

    /// <summary>Where its files are once <c>models:/…</c> is followed.</summary>
    public required string Location { get; init; }

    /// <summary>The run that made it.</summary>
    public string? RunId { get; init; }

    /// <summary>The logged model that it is; null: none.</summary>
    public string? ModelId { get; init; }

    /// <summary>An address of the run elsewhere.</summary>
    public string? RunLink { get; init; }

    /// <summary>What it is.</summary>
    public string? Description { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<TrackingTag> Tags { get; init; } = [];
}
