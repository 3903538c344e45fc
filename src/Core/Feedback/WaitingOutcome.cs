namespace Progeny.Core.Feedback;

/// <summary>A report of an outcome whose query is not in the log yet.</summary>
/// <param name="Value">The truth as it was reported.</param>
/// <param name="Since">When it was first searched for.</param>
/// <param name="Due">When it is searched for again.</param>
public sealed record WaitingOutcome(string Project, string QueryId, string Value, DateTimeOffset Since, DateTimeOffset Due);
