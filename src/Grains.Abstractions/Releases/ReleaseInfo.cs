namespace Progeny.Abstractions.Releases;

/// <summary>A published version of a project's code and manifest.</summary>
[GenerateSerializer, Immutable, Alias("progeny.release-info")]
public sealed record ReleaseInfo
{
    [Id(0)] public required string Project { get; init; }

    /// <summary>The semantic version, e.g. <c>1.2.0</c>.</summary>
    [Id(1)] public required string Version { get; init; }

    /// <summary>The SHA-256 of the package in the artifact store.</summary>
    [Id(2)] public required string PackageDigest { get; init; }

    /// <summary>The text of <c>progeny.yaml</c>.</summary>
    [Id(3)] public required string Manifest { get; init; }

    [Id(4)] public required DateTimeOffset PublishedAt { get; init; }
}
