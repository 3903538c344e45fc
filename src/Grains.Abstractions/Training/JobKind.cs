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

    /// <summary>Trains on the rows of a generation once more and compares the model's bytes; makes no generation.</summary>
    RetrainExactly,

    /// <summary>Asks a generation the logged queries of a period whose outcome is known, and compares it with what was served.</summary>
    Backtest,
}
