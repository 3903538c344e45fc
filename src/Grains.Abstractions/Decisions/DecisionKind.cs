namespace Progeny.Abstractions.Decisions;

/// <summary>What kind of thing was decided.</summary>
public enum DecisionKind
{
    /// <summary>A training, tuning or evaluation was started, or put off.</summary>
    Job,

    /// <summary>A gate let a generation through, or did not.</summary>
    Gate,

    /// <summary>An experiment began, advanced, paused, went on, or ended.</summary>
    Experiment,

    /// <summary>A generation was put into production.</summary>
    Promotion,

    /// <summary>An earlier generation was put into production again.</summary>
    Rollback,

    /// <summary>The shares of the traffic were changed.</summary>
    Plan,

    /// <summary>An alert began, or was over.</summary>
    Alert,

    /// <summary>A generation or a project was retired, archived, or brought back.</summary>
    Retirement,

    /// <summary>The approval of a person was asked for, given, refused, or not given in time.</summary>
    Approval,

    /// <summary>A webhook was asked before a step of a rollout, or told of a rollback.</summary>
    Hook,
}
