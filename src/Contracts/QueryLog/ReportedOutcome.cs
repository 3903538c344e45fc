namespace Progeny.Contracts.QueryLog;

/// <summary>An outcome as it was reported.</summary>
/// <param name="Value">The truth: a class, or a number in invariant text.</param>
/// <param name="ObservedAt">When it came true, as the reporter says; null: not said.</param>
/// <param name="ReportedAt">When the report arrived.</param>
public sealed record ReportedOutcome(string QueryId, string Value, DateTimeOffset? ObservedAt, DateTimeOffset ReportedAt)
{
    /// <summary>
    /// Whether it was read where all that was ever reported is read again and again: without <see cref="ObservedAt"/>, a value that any
    /// report of the query had is then known, and does not go back to that value.
    /// </summary>
    public bool IsReread { get; init; }
}
