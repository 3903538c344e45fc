namespace Progeny.Core.Common;

/// <summary>The part of a training in which it is, or failed.</summary>
public enum TrainingStage
{
    /// <summary>Reaching the feed and running the source's query.</summary>
    Source,

    /// <summary>Checking, writing and splitting the rows.</summary>
    Data,

    /// <summary>The trainer's process.</summary>
    Trainer,

    /// <summary>Loading the model and comparing it with the schema and with the trainer's own predictions.</summary>
    Acceptance,

    /// <summary>Running the model over the rows held out.</summary>
    Evaluation,
}
