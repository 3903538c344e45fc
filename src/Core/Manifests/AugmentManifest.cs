namespace Progeny.Core.Manifests;

/// <summary>A source of features that a query left out: one SQL query with the query's fields as parameters (<c>:field</c>).</summary>
public sealed record AugmentManifest
{
    public required string Name { get; init; }

    public required string Feed { get; init; }

    /// <summary>SQL that yields at most one row for one query's fields; its columns are features of the schema.</summary>
    public required string Query { get; init; }

    /// <summary>The features that <see cref="Query"/> yields.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>How long an answer of the feed stays good; zero: it is asked each time.</summary>
    public TimeSpan Cache { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many answers are kept at most.</summary>
    public int CacheSize { get; init; } = 10_000;

    /// <summary>How long a query waits for the feed.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Values by feature name that stand in when the feed has no row or no answer in time; a feature that is not named here is missing,
    /// which only a nullable feature may be: otherwise the query is refused.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Default { get; init; } = new Dictionary<string, object?>();
}
