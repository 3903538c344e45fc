namespace Progeny.Core.Feedback;

/// <summary>An outcome of which the reporter knows no query id: it belongs to the newest query of its key at or before its time.</summary>
/// <param name="Key">The entity that the query was about.</param>
/// <param name="Value">The truth: a class, or a number in invariant text.</param>
/// <param name="ObservedAt">When it came true, as the reporter says; null: at <paramref name="At"/>.</param>
/// <param name="ReportedAt">When the report arrived.</param>
public sealed record KeyedOutcome(string Key, DateTimeOffset At, string Value, DateTimeOffset? ObservedAt, DateTimeOffset ReportedAt);
