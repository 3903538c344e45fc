namespace Progeny.Trainer;

/// <summary>A training cannot be done; the message is the one sentence that the user reads.</summary>
public sealed class TrainerException : Exception
{
    public TrainerException(string message)
        : base(message)
    {
    }

    public TrainerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
