namespace Progeny.Storage.Hosting;

/// <summary>A column of a table that is moved.</summary>
internal sealed record MovedColumn(string Name, ColumnKind Kind)
{
    /// <summary>Whether SQLite's table has it.</summary>
    public bool IsInSqlite { get; init; } = true;

    /// <summary>Whether PostgreSQL's table has it.</summary>
    public bool IsInPostgres { get; init; } = true;

    /// <summary>Its value in PostgreSQL by the values of SQLite's columns, in their order; null: the same.</summary>
    public Func<object?[], object?>? ToPostgres { get; init; }

    /// <summary>The expression over PostgreSQL's columns that is its value in SQLite; null: the same.</summary>
    public string? FromPostgres { get; init; }
}
