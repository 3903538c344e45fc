namespace Progeny.Cli.QueryLog;

/// <summary>One report of a query's outcome as the server shows it.</summary>
internal sealed record OutcomeView(string Value, DateTimeOffset? ObservedAt, DateTimeOffset ReportedAt);
