namespace Progeny.Core.Manifests;

/// <summary>
/// A source of features that a query left out: one SQL query with the query's fields as parameters (<c>:field</c>), or a feature view.
/// </summary>
public sealed record AugmentManifest
{
    public required string Name { get; init; }

    public required string Feed { get; init; }

    /// <summary>
    /// SQL that yields at most one row for one query's fields; its columns are features of the schema. That of the view where there is one.
    /// </summary>
    public required string Query { get; init; }

    /// <summary>The features that <see cref="Query"/> yields.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The view whose newest values are taken; null: <see cref="Query"/> is asked with the query's fields.</summary>
    public ViewManifest? View { get; init; }

    /// <summary>
    /// The field of a query that holds the time, or the whole number, as of which the view is read; null, or where it is missing: now.
    /// </summary>
    public string? At { get; init; }

    /// <summary>The fields of a query that are read.</summary>
    public IReadOnlyList<string> Parameters =>
        View is null ? SqlParameters.Names(Query) : At is null ? View.Keys : [.. View.Keys, At];

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
