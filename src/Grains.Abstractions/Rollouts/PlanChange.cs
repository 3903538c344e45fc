namespace Progeny.Abstractions.Rollouts;

/// <summary>What a plan changed.</summary>
public enum PlanChange
{
    /// <summary>Arms or shares; the champion stayed.</summary>
    Shares,

    /// <summary>A generation became the champion.</summary>
    Promotion,

    /// <summary>An earlier champion became the champion again, and those promoted after it do not count any more.</summary>
    Rollback,
}
