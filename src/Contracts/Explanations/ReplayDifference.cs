namespace Progeny.Contracts.Explanations;

/// <summary>Where a replay came to something else than the record.</summary>
/// <param name="What">E.g. <c>prediction.probabilities.yes</c>, <c>rules</c>.</param>
/// <param name="Recorded">As the record has it; null: it does not.</param>
/// <param name="Replayed">As it is now; null: it is not.</param>
public sealed record ReplayDifference(string What, string? Recorded, string? Replayed);
