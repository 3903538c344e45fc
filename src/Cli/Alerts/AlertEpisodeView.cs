namespace Progeny.Cli.Alerts;

/// <summary>The last time that an alert's condition was true.</summary>
internal sealed record AlertEpisodeView(long Number, DateTimeOffset Since, DateTimeOffset? Until, string Message);
