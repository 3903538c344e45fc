namespace Progeny.Core.Feedback;

/// <summary>A report of an outcome in the list of all.</summary>
/// <param name="Offset">Its offset in the list; grows.</param>
/// <param name="Project">The project that was asked.</param>
/// <param name="Value">The truth as text.</param>
public sealed record OutcomeEntry(long Offset, string Project, string QueryId, string Value);
