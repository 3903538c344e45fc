namespace Progeny.Cli.Releases;

/// <summary>A release as the server shows it.</summary>
internal sealed record ReleaseView(string Project, string Version, string PackageDigest, DateTimeOffset PublishedAt);
