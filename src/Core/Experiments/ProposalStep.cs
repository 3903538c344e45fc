namespace Progeny.Core.Experiments;

/// <summary>What is done with a proposed generation.</summary>
public enum ProposalStep
{
    /// <summary>It is the champion already.</summary>
    None,

    /// <summary>It waits until somebody promotes it.</summary>
    Stage,

    /// <summary>It becomes the first champion: nothing can be compared with it yet.</summary>
    PromoteFirst,

    /// <summary>It becomes the champion.</summary>
    Promote,

    /// <summary>It joins the experiment that runs.</summary>
    Join,

    /// <summary>It waits for the end of the experiment that runs.</summary>
    Queue,

    /// <summary>It is tried in an experiment of its own.</summary>
    Try,
}
