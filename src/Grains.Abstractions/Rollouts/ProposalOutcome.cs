namespace Progeny.Abstractions.Rollouts;

/// <summary>What became of a generation that was proposed.</summary>
public enum ProposalOutcome
{
    /// <summary>It waits: for somebody who promotes it, or for the end of the experiment that runs.</summary>
    Staged,

    /// <summary>A gate did not let it through, or it cannot serve.</summary>
    Refused,

    /// <summary>It is in production.</summary>
    Promoted,

    /// <summary>It takes part in an experiment.</summary>
    Experiment,

    /// <summary>It waited, and a newer one took its place; it stays staged.</summary>
    Superseded,

    /// <summary>It waits for the approval of a person.</summary>
    PendingApproval,
}
