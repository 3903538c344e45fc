namespace Progeny.Abstractions.Experiments;

/// <summary>Something that happened in an experiment.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who or what decided it.</param>
/// <param name="Message">What, and why.</param>
/// <param name="PlanVersion">The plan that it brought; null: none.</param>
[GenerateSerializer, Immutable, Alias("progeny.experiment-event")]
public sealed record ExperimentEvent(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] string By,
    [property: Id(2)] string Message,
    [property: Id(3)] long? PlanVersion);
