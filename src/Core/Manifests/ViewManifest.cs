namespace Progeny.Core.Manifests;

/// <summary>
/// A feature view: the history of an entity's feature values, which trainings join as of each row's ordinal and serving reads as of now.
/// </summary>
public sealed record ViewManifest
{
    public required string Name { get; init; }

    /// <summary>The name of a feed that an operator configured.</summary>
    public required string Feed { get; init; }

    /// <summary>SQL without parameters; each of its rows is what was known of an entity from a moment on.</summary>
    public required string Query { get; init; }

    /// <summary>The columns that name the entity, in the view, in the source's rows and among the fields of a query alike.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The column with the time, or the whole number, at which a value became known.</summary>
    public required string KnownAt { get; init; }

    /// <summary>
    /// The column with the time, or the whole number, from which on a value holds: of the values known, the one of the latest event
    /// counts. Null: a value holds from when it is known.
    /// </summary>
    public string? EventAt { get; init; }

    /// <summary>The columns that are features of the schema.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The age from which on a value counts as missing; null: values do not age.</summary>
    public TimeSpan? MaxAge { get; init; }
}
