namespace Progeny.Abstractions.Experiments;

/// <summary>How an experiment ended.</summary>
public enum ExperimentVerdict
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>A challenger is in production now.</summary>
    Won,

    /// <summary>The challengers are worse, or a gate did not let them through: the champion has all traffic again.</summary>
    RolledBack,

    /// <summary>Nothing was found within its outcomes or its time: the champion has all traffic again.</summary>
    Undecided,

    /// <summary>Somebody ended it.</summary>
    Aborted,

    /// <summary>Somebody else changed the plan under it; that plan stays in force.</summary>
    Interrupted,

    /// <summary>Another experiment takes its place.</summary>
    Superseded,
}
