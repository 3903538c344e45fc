namespace Progeny.Cli.Releases;

/// <summary>What the query log holds of a project, as the server shows it.</summary>
internal sealed record KeptQueriesView(long Records, DateTimeOffset? First, DateTimeOffset? Last);
