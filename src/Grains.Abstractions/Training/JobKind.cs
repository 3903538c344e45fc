namespace Progeny.Abstractions.Training;

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>Trains, accepts and evaluates a model and makes it a generation.</summary>
    Train,

    /// <summary>Searches for the trainer's best parameters and makes a generation with them.</summary>
    Tune,

    /// <summary>Measures what a generation predicted for queries whose outcome is known by now.</summary>
    Evaluate,

    /// <summary>Applies a generation to all rows of an input.</summary>
    Apply,
}
