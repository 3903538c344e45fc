namespace Progeny.Core.Tracking.Runs;

/// <summary>A logged model that a run read or made.</summary>
/// <param name="ModelId">The model.</param>
/// <param name="Step">The step at which it was made; null: the run read it.</param>
public sealed record RunModel(string ModelId, long? Step = null);
