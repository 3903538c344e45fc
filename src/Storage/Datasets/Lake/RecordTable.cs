using System.Globalization;
using DuckDB.NET.Data;
using Progeny.Core.Common;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>
/// A table of records whose columns are known only when they come: some that all have, and fields by name. Rows go into a table of the
/// session for each set of fields, in blocks; DuckDB writes to its temporary files what is too much for memory.
/// </summary>
/// <param name="session">Where the tables are made.</param>
/// <param name="name">What begins their names.</param>
/// <param name="columns">The columns that all records have, with their types.</param>
/// <param name="wanted">The fields that are kept; null: all.</param>
internal sealed class RecordTable(
    DuckDbSession session, string name, IReadOnlyList<(string Name, string Type)> columns, IReadOnlySet<string>? wanted)
{
    private const string Schema = "progeny_records";
    private const int BlockRows = 4_096;

    private readonly List<(object?[] Values, Dictionary<string, object?> Fields)> block = new(BlockRows);
    private readonly Dictionary<string, string> tables = new(StringComparer.Ordinal);
    private readonly List<string> fields = [];
    private readonly HashSet<string> typed = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a record; a field with the name of a column is called <c>feature_…</c>.</summary>
    public async Task AddAsync(
        object?[] values, IEnumerable<KeyValuePair<string, object?>> record, CancellationToken cancellationToken)
    {
        Dictionary<string, object?> kept = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (field, value) in record)
        {
            var called = columns.Any(column => column.Name.Equals(field, StringComparison.OrdinalIgnoreCase)) ? $"feature_{field}" : field;
            if (wanted?.Contains(called) != false)
                kept[called] = value ?? kept.GetValueOrDefault(called);
        }

        block.Add((values, kept));
        if (block.Count == BlockRows)
            await FlushAsync(cancellationToken);
    }

    /// <summary>Writes what was added, and makes the view that shows all of it.</summary>
    public async Task FinishAsync(string view, CancellationToken cancellationToken)
    {
        if (block.Count > 0)
            await FlushAsync(cancellationToken);
        var none = columns.Select(column => $"NULL::{column.Type} AS {SqlText.Name(column.Name)}")
            .Concat(fields.Where(field => !typed.Contains(field)).Select(field => $"NULL::VARCHAR AS {SqlText.Name(field)}"));
        var parts = tables.Values.Select(table => $" UNION ALL BY NAME SELECT * FROM {ViewName(table)}");
        await session.ExecuteAsync(
            $"CREATE SCHEMA IF NOT EXISTS {Schema}; "
            + $"CREATE VIEW {Schema}.{SqlText.Name(view)} AS SELECT {string.Join(", ", none)} WHERE false{string.Concat(parts)}",
            cancellationToken);
    }

    /// <summary>The name under which SQL knows a view.</summary>
    public static string ViewName(string view) => $"{Schema}.{SqlText.Name(view)}";

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        var types = FieldTypes();
        var layout = string.Join('\n', types.Select(field => $"{field.Name} {field.Type}"));
        if (!tables.TryGetValue(layout, out var table))
        {
            table = string.Create(CultureInfo.InvariantCulture, $"{name}_{tables.Count}");
            var made = columns.Concat(types).Select(column => $"{SqlText.Name(column.Name)} {column.Type}");
            await session.ExecuteAsync(
                $"CREATE SCHEMA IF NOT EXISTS {Schema}; CREATE TABLE {ViewName(table)} ({string.Join(", ", made)})", cancellationToken);
            tables.Add(layout, table);
        }

        using (var appender = session.Connection.CreateAppender(Schema, table))
        {
            foreach (var (values, kept) in block)
            {
                var row = appender.CreateRow();
                foreach (var value in values)
                    Append(row, value);
                foreach (var (field, type) in types)
                    Append(row, Convert(kept.GetValueOrDefault(field), type));
                row.EndRow();
            }
        }

        block.Clear();
    }

    /// <summary>The fields of the block that have a value, with a type that holds all of them.</summary>
    private List<(string Name, string Type)> FieldTypes()
    {
        Dictionary<string, string> types = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (field, value) in block.SelectMany(row => row.Fields))
        {
            if (!fields.Contains(field, StringComparer.OrdinalIgnoreCase))
                fields.Add(field);
            if (value is null)
                continue;
            var type = TypeOf(value);
            types[field] = !types.TryGetValue(field, out var known) || known == type ? type
                : known is "VARCHAR" or "BOOLEAN" || type is "VARCHAR" or "BOOLEAN" ? "VARCHAR"
                : "DOUBLE";
        }

        typed.UnionWith(types.Keys);
        return [.. fields.Where(types.ContainsKey).Select(field => (field, types[field]))];
    }

    private static string TypeOf(object value) => value switch
    {
        bool => "BOOLEAN",
        long or int => "BIGINT",
        float => "FLOAT",
        double => "DOUBLE",
        _ => "VARCHAR",
    };

    private static object? Convert(object? value, string type) => (value, type) switch
    {
        (null, _) => null,
        (int number, "BIGINT") => (long)number,
        (_, "DOUBLE") => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
        (not string, "VARCHAR") => ValueText.Of(value),
        _ => value,
    };

    private static void Append(IDuckDBAppenderRow row, object? value) => _ = value switch
    {
        null => row.AppendNullValue(),
        string text => row.AppendValue(text),
        long number => row.AppendValue(number),
        int number => row.AppendValue(number),
        double number => row.AppendValue(number),
        float number => row.AppendValue(number),
        bool flag => row.AppendValue(flag),
        DateTimeOffset time => row.AppendValue(time),
        _ => throw new ArgumentException($"A record has a value of type {value.GetType().Name}.", nameof(value)),
    };
}
