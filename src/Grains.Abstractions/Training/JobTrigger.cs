namespace Progeny.Abstractions.Training;

/// <summary>What started a job.</summary>
public enum JobTrigger
{
    /// <summary>A request.</summary>
    Request,

    /// <summary>The manifest's <c>retrain.every</c>, or that a served generation was due for an evaluation.</summary>
    Schedule,

    /// <summary>The manifest's <c>retrain.when</c>.</summary>
    Condition,
}
