namespace Progeny.Core.Feedback;

/// <summary>A query with the outcome that counts.</summary>
/// <param name="Values">What the projection asked for: string, long, double, bool, or null where it is missing.</param>
/// <param name="Outcome">The truth as text.</param>
public sealed record AnsweredQuery(long Sequence, DateTimeOffset At, IReadOnlyList<object?> Values, string Outcome);
