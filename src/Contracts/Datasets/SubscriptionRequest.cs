using System.ComponentModel.DataAnnotations;

namespace Progeny.Contracts.Datasets;

/// <summary>A subscription to make.</summary>
public sealed record SubscriptionRequest
{
    /// <summary>Its name among those of the dataset.</summary>
    [Required]
    public string? Name { get; init; }

    /// <summary>The name of a folder that an operator allowed; with <see cref="Prefix"/>.</summary>
    public string? Folder { get; init; }

    /// <summary>The name of a bucket that an operator allowed; with <see cref="Prefix"/>.</summary>
    public string? Bucket { get; init; }

    /// <summary>What the paths of files or the keys of objects begin with.</summary>
    public string? Prefix { get; init; }

    /// <summary>The feed of a query; with <see cref="Query"/> and <see cref="Watermark"/>.</summary>
    public string? Feed { get; init; }

    /// <summary>One SELECT.</summary>
    public string? Query { get; init; }

    /// <summary>The column of the query that orders its rows: a number or a time.</summary>
    public string? Watermark { get; init; }

    /// <summary>The columns of the query that make a row one row; with them rows behind the watermark can be taken.</summary>
    public IReadOnlyList<string>? Key { get; init; }

    /// <summary>The seconds between two runs.</summary>
    public double? EverySeconds { get; init; }
}
