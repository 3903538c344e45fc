namespace Progeny.Core.Lifecycle;

/// <summary>Where a generation stands in its life.</summary>
public enum Stage
{
    Staged,
    Shadow,
    Challenger,
    Champion,
    Retired,
    Archived,
}
