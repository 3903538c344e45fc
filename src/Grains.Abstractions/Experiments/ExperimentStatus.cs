namespace Progeny.Abstractions.Experiments;

/// <summary>Where an experiment stands.</summary>
public enum ExperimentStatus
{
    /// <summary>Its first plan is not in force yet.</summary>
    Starting,

    /// <summary>It takes outcomes in and decides.</summary>
    Running,

    /// <summary>It takes outcomes in; nothing is decided, and its time stands still.</summary>
    Paused,

    /// <summary>It has its verdict.</summary>
    Ended,
}
