using System.Collections.Immutable;
using DuckDB.NET.Native;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Storage.Apply;

/// <summary>Which columns of an input are read: those that are fields of the project, and those that are kept.</summary>
internal sealed class InputColumns
{
    /// <summary>Types whose values are read as they are.</summary>
    private static readonly HashSet<string> _plain = new(StringComparer.Ordinal)
    {
        "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "VARCHAR",
    };

    /// <summary>Further types whose values can be kept as they are.</summary>
    private static readonly HashSet<string> _kept = new(StringComparer.Ordinal)
    {
        "HUGEINT", "UHUGEINT", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE",
        "UUID", "INTERVAL", "BLOB",
    };

    private readonly List<string> expressions = [];
    private readonly List<(int Field, int Column)> fields = [];
    private readonly List<(string Name, int Column)> kept = [];

    /// <param name="keep">The columns that are kept; null: all.</param>
    /// <exception cref="ApplyException">The input does not have what the project needs, or a column cannot be read.</exception>
    public InputColumns(IReadOnlyList<DatasetColumn> columns, QuerySchema schema, ImmutableArray<string>? keep, bool canFill)
    {
        foreach (var column in columns)
        {
            var field = schema.IndexOf(column.Name);
            if (field >= 0)
                fields.Add((field, Add(ValueOf(column, isNumber: IsNumber(schema, field)))));
        }

        if (fields.Count == 0)
            throw new ApplyException(
                $"The input has none of the fields that the project reads ({string.Join(", ", schema.Fields)}); it has "
                    + $"{string.Join(", ", columns.Select(column => column.Name))}.");
        var present = fields.Select(pair => pair.Field).ToHashSet();
        var missing = schema.Features.Where((feature, i) => !feature.Nullable && !present.Contains(i))
            .Select(feature => feature.Name).ToList();
        if (missing.Count > 0 && !canFill)
            throw new ApplyException(
                $"The input lacks {string.Join(", ", missing)}, which the project requires (nullable: false); it has "
                    + $"{string.Join(", ", columns.Select(column => column.Name))}.");
        foreach (var name in keep ?? columns.Select(column => column.Name))
        {
            var column = columns.FirstOrDefault(candidate => candidate.Name == name)
                ?? throw new ApplyException(
                    $"The input has no column '{name}' to keep; it has {string.Join(", ", columns.Select(candidate => candidate.Name))}.");
            kept.Add((name, Add(KeptOf(column))));
        }
    }

    /// <summary>The columns that are kept, with the index of each among those that are read.</summary>
    public IReadOnlyList<(string Name, int Column)> Kept => kept;

    /// <summary>What is read, as the list of a SELECT.</summary>
    public string SelectList => string.Join(", ", expressions);

    /// <summary>What sets the fields of the project, with the index of the column that each reads.</summary>
    public IReadOnlyList<(int Column, CellFiller Filler)> Fillers(ChunkStream stream, QuerySchema schema)
    {
        var fillers = new List<(int, CellFiller)>();
        foreach (var (field, column) in fields)
        {
            using var type = stream.TypeOf(column);
            fillers.Add((column, new CellFiller(NativeMethods.LogicalType.DuckDBGetTypeId(type), field, schema)));
        }

        return fillers;
    }

    private static bool IsNumber(QuerySchema schema, int field) =>
        field >= schema.Features.Count || schema.Features[field].Type is not (FeatureType.Category or FeatureType.Text);

    private static string ValueOf(DatasetColumn column, bool isNumber)
    {
        var name = SqlText.Name(column.Name);
        if (_plain.Contains(column.Type))
            return name;
        if (column.Type is "BLOB" || column.Type.EndsWith(']') || column.Type.StartsWith("STRUCT", StringComparison.Ordinal)
            || column.Type.StartsWith("MAP", StringComparison.Ordinal) || column.Type.StartsWith("UNION", StringComparison.Ordinal))
            throw new ApplyException(
                $"Column '{column.Name}' is a {column.Type}; the project reads it as a field, which must be a number, a text or a "
                    + "boolean.");
        if (isNumber && (column.Type is "HUGEINT" or "UHUGEINT" || column.Type.StartsWith("DECIMAL", StringComparison.Ordinal)))
            return $"CAST({name} AS DOUBLE)";

        // As feeds say times: ISO 8601.
        return column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal)
            ? $"replace(CAST({name} AS VARCHAR), ' ', 'T')"
            : $"CAST({name} AS VARCHAR)";
    }

    private static string KeptOf(DatasetColumn column)
    {
        var name = SqlText.Name(column.Name);
        return _plain.Contains(column.Type) || _kept.Contains(column.Type) || column.Type.StartsWith("DECIMAL", StringComparison.Ordinal)
            ? name
            : $"CAST({name} AS VARCHAR)";
    }

    private int Add(string expression)
    {
        var index = expressions.IndexOf(expression);
        if (index >= 0)
            return index;
        expressions.Add(expression);
        return expressions.Count - 1;
    }
}
