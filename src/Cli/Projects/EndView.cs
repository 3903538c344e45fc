namespace Progeny.Cli.Projects;

/// <summary>The end of a project, as the server shows it.</summary>
internal sealed record EndView(DateTimeOffset At, string? By, string Reason);
