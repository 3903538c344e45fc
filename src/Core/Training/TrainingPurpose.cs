namespace Progeny.Core.Training;

/// <summary>What a training is for.</summary>
public enum TrainingPurpose
{
    /// <summary>A model to become a generation, evaluated.</summary>
    Generation,

    /// <summary>The figures alone: no model is trained on all rows.</summary>
    Evaluation,
}
