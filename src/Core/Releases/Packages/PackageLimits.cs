namespace Progeny.Core.Releases.Packages;

/// <summary>What a package may hold at most.</summary>
public sealed record PackageLimits
{
    public static PackageLimits Default { get; } = new();

    /// <summary>The bytes of the zip.</summary>
    public long MaxZipBytes { get; init; } = 1L << 30;

    /// <summary>The bytes of all files, inflated.</summary>
    public long MaxTotalBytes { get; init; } = 1L << 30;

    /// <summary>The files.</summary>
    public int MaxEntries { get; init; } = 10_000;

    /// <summary>
    /// How many times larger a file may be than what it takes in the zip, and all files together than the zip; checked above
    /// <see cref="RatioFreeBytes"/>.
    /// </summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>The inflated bytes of a file, or of all, up to which the ratio does not matter.</summary>
    public long RatioFreeBytes { get; init; } = 1L << 20;
}
