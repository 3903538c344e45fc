namespace Progeny.Abstractions.Training;

/// <summary>A job that somebody asked for.</summary>
[GenerateSerializer, Immutable, Alias("progeny.job-request")]
public sealed record JobRequest
{
    [Id(0)] public required JobKind Kind { get; init; }

    /// <summary>The release to work on; null: the newest.</summary>
    [Id(1)] public string? Release { get; init; }

    /// <summary>The ordinal from which rows are taken, inclusive; null: from the first.</summary>
    [Id(2)] public string? From { get; init; }

    /// <summary>The ordinal up to which rows are taken, exclusive; null: to the last.</summary>
    [Id(3)] public string? To { get; init; }
}
