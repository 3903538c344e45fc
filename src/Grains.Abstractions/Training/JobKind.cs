namespace Progeny.Abstractions.Training;

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>Trains, accepts and evaluates a model and makes it a generation.</summary>
    Train,
}
