namespace Progeny.Core.Serving;

/// <summary>A served prediction beside the truth.</summary>
/// <param name="Sequence">The record's place in the log.</param>
/// <param name="Prediction">The answer's prediction as a JSON object.</param>
/// <param name="Outcome">The outcome that counts: the last one reported.</param>
public sealed record ServedOutcome(long Sequence, string Release, int Generation, string Prediction, string Outcome);
