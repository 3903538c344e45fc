namespace Progeny.Contracts.QueryLog;

/// <summary>A day of which there are logged queries.</summary>
/// <param name="Day">The day in UTC, such as <c>2026-11-30</c>.</param>
/// <param name="IsOver">Whether it has ended: only outcomes still come.</param>
public sealed record QueryLogDay(string Day, bool IsOver);
