namespace Progeny.Cli.Lifecycle;

/// <summary>A release as the server shows it.</summary>
internal sealed record ReleaseView(string Project, string Version, string PackageDigest, DateTimeOffset PublishedAt);
