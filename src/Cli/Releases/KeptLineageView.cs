namespace Progeny.Cli.Releases;

/// <summary>Where a generation came from, as the server shows it.</summary>
internal sealed record KeptLineageView(string PackageDigest, string? DataDigest, long Rows);
