namespace Progeny.Abstractions.Releases;

/// <summary>Where a generation stands in its life.</summary>
public enum Stage
{
    /// <summary>Trained and evaluated; serves nothing.</summary>
    Staged,

    /// <summary>Answers every query as a shadow, beside the champion.</summary>
    Shadow,

    /// <summary>Serves a share of the traffic under test.</summary>
    Challenger,

    /// <summary>In production.</summary>
    Champion,

    /// <summary>Was in production once, or was given up; can be promoted again.</summary>
    Retired,

    /// <summary>Kept for explanations only.</summary>
    Archived,
}
