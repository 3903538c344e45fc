namespace Progeny.Core.Manifests;

/// <summary>
/// Where training rows come from: at most one of <see cref="Feed"/> and <see cref="File"/>, and the query log where <see cref="Queries"/>
/// says so.
/// </summary>
public sealed record SourceManifest
{
    /// <summary>The name of a feed that an operator configured.</summary>
    public string? Feed { get; init; }

    /// <summary>
    /// A CSV file (UTF-8, header) inside the package; it becomes a table named after the file without its extension, for
    /// <see cref="Query"/> to read.
    /// </summary>
    public string? File { get; init; }

    /// <summary>SQL whose columns include every feature, the label and the ordinal; null: rows come from the query log only.</summary>
    public string? Query { get; init; }

    /// <summary>The column that orders rows in time; training takes <c>[from, to)</c> of it. Null: rows have no order.</summary>
    public string? Ordinal { get; init; }

    /// <summary>The names of the views whose features are joined to the rows of <see cref="Query"/>, as known before the ordinal.</summary>
    public IReadOnlyList<string> AsOf { get; init; } = [];

    /// <summary>Whether logged queries whose outcome is known are training rows, behind those of <see cref="Query"/>.</summary>
    public bool Queries { get; init; }

    /// <summary>How many of the last rows a training takes; null: all.</summary>
    public TrainingWindow? Window { get; init; }

    /// <summary>The time that reading the rows may take; the operator's bound holds, too.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The rows with which reading fails, lest half of them be taken for all; null: the operator's bound alone holds.</summary>
    public long? MaxRows { get; init; }

    /// <summary>What happens when a row does not fit the schema.</summary>
    public BadRowPolicy OnBadRow { get; init; }

    /// <summary>The greatest share of rows that are left out; with more the training fails.</summary>
    public double MaxBadRows { get; init; } = 0.01;

    /// <summary>Whether the rows of each training are kept with its generation, within the operator's bound.</summary>
    public bool Snapshot { get; init; } = true;
}
