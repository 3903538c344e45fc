using Progeny.Core.Manifests;

namespace Progeny.Core.Datasets.Catalog;

/// <summary>A dataset: named data that was ingested, in versions that never change.</summary>
public sealed record DatasetInfo
{
    /// <summary>What a name is, as a regular expression: the names of datasets are made like those of projects.</summary>
    public const string NamePattern = Manifest.NamePattern;

    public required string Name { get; init; }

    /// <summary>What it is about, for people.</summary>
    public string? Description { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who put the first version.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The number of the newest version; 0: there is none yet.</summary>
    public int Latest { get; init; }

    /// <summary>The columns that make a row one row: one that comes again is not appended again. None: each row is another.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>How many versions are kept, the newest; null: all.</summary>
    public int? KeepVersions { get; init; }

    /// <summary>How long a version is kept that is not the newest; null: for ever.</summary>
    public TimeSpan? KeepFor { get; init; }
}
