namespace Progeny.Core.Manifests;

/// <summary>
/// Where outcomes are pulled from: SQL over a feed that yields <c>query_id</c>, or the entity and <c>at</c>, <c>outcome</c> and, where it
/// knows, <c>observed_at</c>.
/// </summary>
public sealed record OutcomesManifest
{
    public required string Feed { get; init; }

    public required string Query { get; init; }

    /// <summary>
    /// The column of <see cref="Query"/> that grows with every row that is new or changed; only rows from the last one known on are read.
    /// Null: all are, each time.
    /// </summary>
    public string? Watermark { get; init; }

    /// <summary>The time between two checks of the feed.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long before the time of an outcome by key its query was answered at most.</summary>
    public TimeSpan MatchWithin { get; init; } = TimeSpan.FromDays(7);
}
