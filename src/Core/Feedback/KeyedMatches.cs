namespace Progeny.Core.Feedback;

/// <summary>What became of outcomes by key and time.</summary>
/// <param name="Receipt">Of those that found their query.</param>
/// <param name="Waiting">How many have none.</param>
/// <param name="Ambiguous">How many of these have several that were answered at the same moment.</param>
public sealed record KeyedMatches(OutcomeReceipt Receipt, long Waiting, long Ambiguous);
