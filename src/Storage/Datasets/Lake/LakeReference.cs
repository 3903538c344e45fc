namespace Progeny.Storage.Datasets.Lake;

/// <summary>A table that a query names.</summary>
/// <param name="Schema">The schema: <c>datasets</c>.</param>
/// <param name="Name">The table's own name.</param>
/// <param name="Version">The version that is asked for; null: the newest.</param>
public sealed record LakeReference(string Schema, string Name, int? Version)
{
    /// <summary>The names of the columns that the query may use, of all of its tables together; null: it may use all columns.</summary>
    public IReadOnlySet<string>? Columns { get; init; }

    /// <summary>The schema of DuckDB that has the table: a version has one of its own, so that the table keeps its name.</summary>
    internal string SchemaName => Version is { } version ? $"{Schema}@{version}" : Schema;

    public override string ToString() => $"{Schema}.{Name}{(Version is { } version ? $"@{version}" : "")}";
}
