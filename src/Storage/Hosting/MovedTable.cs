namespace Progeny.Storage.Hosting;

/// <summary>A table that both databases have under one name, and how its columns correspond.</summary>
/// <param name="Key">The columns by which its rows are ordered when they are moved.</param>
internal sealed record MovedTable(string Name, string Key, IReadOnlyList<MovedColumn> Columns)
{
    /// <param name="columns">The columns that are alike on both sides, each with its type in PostgreSQL.</param>
    public MovedTable(string name, string key, string columns, params IEnumerable<MovedColumn> others)
        : this(name, key, [.. Parse(columns), .. others])
    {
    }

    /// <summary>What the rows are for people; null: they are not told of.</summary>
    public string? Title { get; init; }

    /// <summary>Which rows are moved from PostgreSQL; null: all.</summary>
    public string? PostgresFilter { get; init; }

    /// <summary>Whether a new schema has a row that the moved one takes the place of.</summary>
    public bool IsSeeded { get; init; }

    /// <summary>Whether PostgreSQL numbers new rows itself, in the column that is the <see cref="Key"/>.</summary>
    public bool IsNumbered { get; init; }

    /// <summary>The columns of SQLite's table, whose values a row is.</summary>
    public IReadOnlyList<MovedColumn> InSqlite { get; } = [.. Columns.Where(column => column.IsInSqlite)];

    /// <summary>The columns of PostgreSQL's table.</summary>
    public IReadOnlyList<MovedColumn> InPostgres { get; } = [.. Columns.Where(column => column.IsInPostgres)];

    /// <summary>The number of rows to be moved, on either side.</summary>
    public string CountIn(bool isPostgres) => $"SELECT count(*) FROM {Name}{(isPostgres ? Where : "")}";

    /// <summary>Reads the rows from SQLite.</summary>
    public string SelectFromSqlite => $"SELECT {string.Join(", ", InSqlite.Select(column => column.Name))} FROM {Name} ORDER BY {Key}";

    /// <summary>Reads the rows from PostgreSQL, with the values of SQLite's columns.</summary>
    public string SelectFromPostgres =>
        $"SELECT {string.Join(", ", InSqlite.Select(column => column.FromPostgres ?? column.Name))} FROM {Name}{Where} ORDER BY {Key}";

    /// <summary>Writes rows to PostgreSQL. Numbers of rows are taken over as they are.</summary>
    public string Copy => $"COPY {Name} ({string.Join(", ", InPostgres.Select(column => column.Name))}) FROM STDIN (FORMAT BINARY)";

    /// <summary>Writes a row to SQLite.</summary>
    public string Insert =>
        $"INSERT INTO {Name} ({string.Join(", ", InSqlite.Select(column => column.Name))}) VALUES "
            + $"({string.Join(", ", InSqlite.Select((_, i) => $"?{i + 1}"))})";

    private string Where => PostgresFilter is null ? "" : $" WHERE {PostgresFilter}";

    private static IEnumerable<MovedColumn> Parse(string columns) => columns.Split(',', StringSplitOptions.TrimEntries).Select(column =>
        column.Split(' ') is [var name, var kind]
            ? new MovedColumn(name, Enum.Parse<ColumnKind>(kind, ignoreCase: true))
            : throw new FormatException($"'{column}' is no column with its type."));
}
