namespace Progeny.Core.QueryLog;

/// <summary>How often is looked for days of the query log that are to be archived.</summary>
public sealed record QueryArchiveInterval(TimeSpan Value);
