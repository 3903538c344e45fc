namespace Progeny.Contracts.Experiments;

/// <summary>Something that somebody does with an experiment.</summary>
/// <param name="Version">promote: the generation, where there are several challengers.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why; kept for ever.</param>
public sealed record ExperimentAct(string? Version, string? By, string? Reason);
