namespace Progeny.Core.Training;

/// <summary>How a trainer's process ended.</summary>
public enum TrainerVerdict
{
    /// <summary>It exited with 0.</summary>
    Succeeded,

    /// <summary>It could not be started, exited with another code, or was killed by somebody else.</summary>
    Failed,

    /// <summary>It was stopped at its time limit.</summary>
    TimedOut,

    /// <summary>It was stopped at its memory limit.</summary>
    OutOfMemory,

    /// <summary>It was stopped at another limit of the node: of processor time, of the disk.</summary>
    OverLimit,

    /// <summary>It was stopped because nobody wants its result any more.</summary>
    Cancelled,
}
