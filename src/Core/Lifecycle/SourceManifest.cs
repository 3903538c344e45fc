namespace Progeny.Core.Lifecycle;

/// <summary>Where training rows come from. Exactly one of <see cref="Feed"/> and <see cref="File"/> is set.</summary>
public sealed record SourceManifest
{
    /// <summary>The name of a feed that an operator configured.</summary>
    public string? Feed { get; init; }

    /// <summary>
    /// A CSV file (UTF-8, header) inside the package; it becomes a table named after the file without its extension, for
    /// <see cref="Query"/> to read.
    /// </summary>
    public string? File { get; init; }

    /// <summary>SQL whose columns include every feature, the label and the ordinal.</summary>
    public required string Query { get; init; }

    /// <summary>The column that orders rows in time; training takes <c>[from, to)</c> of it. Null: rows have no order.</summary>
    public string? Ordinal { get; init; }
}
