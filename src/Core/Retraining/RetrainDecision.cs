using Progeny.Abstractions.Training;

namespace Progeny.Core.Retraining;

/// <summary>Whether a project is trained again now.</summary>
public abstract record RetrainDecision
{
    private RetrainDecision()
    {
    }

    /// <summary>A training is started.</summary>
    /// <param name="Trigger">What asks for it.</param>
    /// <param name="Reason">Why, for the log of decisions.</param>
    public sealed record Start(JobTrigger Trigger, string Reason) : RetrainDecision;

    /// <summary>No training is started.</summary>
    /// <param name="For">What is waited for.</param>
    /// <param name="Until">Until when; null: not known.</param>
    public sealed record Wait(string For, DateTimeOffset? Until) : RetrainDecision;
}
