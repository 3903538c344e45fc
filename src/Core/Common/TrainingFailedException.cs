namespace Progeny.Core.Common;

/// <summary>A training came to no model. The message is a sentence for the user.</summary>
public sealed class TrainingFailedException(TrainingStage stage, string message, string log = "", Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Where it failed.</summary>
    public TrainingStage Stage { get; } = stage;

    /// <summary>The end of what the trainer printed; empty where none ran.</summary>
    public string Log { get; } = log;
}
