using System.Globalization;
using System.Text.Json.Nodes;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Manifests;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>
/// Writes a contract that a version of a dataset keeps, for its owner to edit: types, required columns, ranges as wide again on each side,
/// the values of columns with few, unique columns, rows, freshness, and bounds of distributions.
/// </summary>
public sealed class ContractInference(IDatasetCatalog catalog, DuckDbEngine engine, ArtifactFiles artifacts)
{
    private const int MaxValues = 20;
    private const int RowsForValues = 50;
    private const double MaxPsi = 0.25;
    private static readonly TimeSpan _stale = TimeSpan.FromDays(30);

    /// <summary>The document; null: the version is not read, or is no table.</summary>
    public async Task<JsonObject?> InferAsync(string dataset, int? version, CancellationToken cancellationToken)
    {
        if (await catalog.FindVersionAsync(dataset, version, cancellationToken) is not { State: DatasetState.Ready, IsTable: true } found)
            return null;
        var folder = engine.CreateFolder();
        try
        {
            await using var session = engine.Open(new DuckDbAccess([], [folder]));
            var table = DatasetFiles.Table(await DatasetFiles.BringAsync(catalog, artifacts, found, folder, cancellationToken));
            var figures = await MeasureAsync(session, table, found.Columns, cancellationToken);
            return await WriteAsync(session, table, found, figures, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<ColumnFigures>> MeasureAsync(
        DuckDbSession session, string table, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        const int each = 6;
        var sql = string.Join(", ", columns.Select(column =>
        {
            var (name, kind) = (Name(column.Name), CompiledColumn.Kind(column.Type));
            var number = kind is ColumnKind.Whole or ColumnKind.Decimal or ColumnKind.Double
                ? $"CASE WHEN isfinite(CAST({name} AS DOUBLE)) THEN CAST({name} AS DOUBLE) END"
                : kind is ColumnKind.Date or ColumnKind.Time
                    ? $"CAST(epoch_ms(CAST({name} AS TIMESTAMP)) AS DOUBLE)" : "CAST(NULL AS DOUBLE)";
            var distinct = kind == ColumnKind.Nested ? "0" : $"approx_count_distinct({name})";
            return $"CAST(count({name}) AS DOUBLE), CAST({distinct} AS DOUBLE), min({number}), max({number}), avg({number}), "
                + $"stddev_pop({number})";
        }));
        return (await session.QueryAsync(
            $"SELECT CAST(count(*) AS DOUBLE), {sql} FROM {table}",
            row => columns.Select((column, i) => new ColumnFigures(
                column,
                CompiledColumn.Kind(column.Type),
                (long)row.GetDouble(0),
                (long)row.GetDouble((i * each) + 1),
                (long)row.GetDouble((i * each) + 2),
                [.. Enumerable.Range((i * each) + 3, 4).Select(at => row.IsDBNull(at) ? (double?)null : row.GetDouble(at))])).ToList(),
            cancellationToken))[0];
    }

    private static async Task<JsonObject> WriteAsync(
        DuckDbSession session, string table, DatasetVersion version,
        IReadOnlyList<ColumnFigures> figures, CancellationToken cancellationToken)
    {
        var (properties, required, unique, bounds) = (new JsonObject(), new JsonArray(), new JsonArray(), new JsonObject());
        foreach (var column in figures)
        {
            var name = column.Column.Name;
            var isUnique = await IsUniqueAsync(session, table, column, cancellationToken);
            var values = isUnique ? null : await ValuesAsync(session, table, column, cancellationToken);
            properties[name] = Describe(column, isUnique, values);
            if (column.Known == column.Rows && column.Rows > 0)
                required.Add(name);
            if (isUnique)
                unique.Add(new JsonArray(name));
            if (Bound(column, version.Version, isUnique, values is not null) is { Count: > 0 } found)
                bounds[name] = found;
        }

        var rows = figures.Count == 0 ? 0 : figures[0].Rows;
        var wholes = new JsonObject
        {
            ["rows"] = new JsonObject { ["minimum"] = Math.Max(1, rows / 2) },
            ["change"] = new JsonObject { ["minimum"] = -0.5, ["maximum"] = 1 },
            ["quarantined"] = new JsonObject { ["maximum"] = 0.1 },
        };
        if (unique.Count > 0)
            wholes["unique"] = unique;
        if (Freshness(figures, version.CreatedAt) is { } freshness)
            wholes["freshness"] = freshness;
        if (bounds.Count > 0)
            wholes["columns"] = bounds;
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = $"A row of {version.Dataset}",
            ["$comment"] = $"Inferred from version {version.Version} with {rows.ToString(CultureInfo.InvariantCulture)} rows.",
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = required,
            ["x-table"] = wholes,
        };
    }

    private static async Task<bool> IsUniqueAsync(
        DuckDbSession session, string table, ColumnFigures column, CancellationToken cancellationToken)
    {
        var mayBe = column.Kind is ColumnKind.Whole or ColumnKind.Text || column.Column.Type == "UUID";
        if (!mayBe || column.Rows < 2 || column.Known < column.Rows || column.Distinct < column.Rows * 0.8)
            return false;
        var repeated = await session.ScalarAsync(
            $"SELECT 1 FROM {table} GROUP BY {Name(column.Column.Name)} HAVING count(*) > 1 LIMIT 1", cancellationToken);
        return repeated is null;
    }

    private static async Task<IReadOnlyList<string>?> ValuesAsync(
        DuckDbSession session, string table, ColumnFigures column, CancellationToken cancellationToken)
    {
        if (column.Kind != ColumnKind.Text || column.Rows < RowsForValues || column.Distinct > MaxValues || column.Known == 0)
            return null;
        var values = await session.QueryAsync(
            $"SELECT DISTINCT {Name(column.Column.Name)} AS v FROM {table} WHERE v IS NOT NULL ORDER BY v LIMIT {MaxValues + 1}",
            row => row.GetString(0),
            cancellationToken);
        return values.Count <= MaxValues && values.Count * 5 <= column.Known ? values : null;
    }

    private static JsonObject Describe(ColumnFigures column, bool isUnique, IReadOnlyList<string>? values)
    {
        var described = new JsonObject();
        var (type, format) = column.Kind switch
        {
            ColumnKind.Whole => ("integer", null),
            ColumnKind.Decimal or ColumnKind.Double => ("number", null),
            ColumnKind.Boolean => ("boolean", null),
            ColumnKind.Date => ("string", "date"),
            ColumnKind.Time => ("string", "date-time"),
            ColumnKind.Nested => (column.Column.Type.EndsWith(']') ? "array" : "object", null),
            ColumnKind.Other when column.Column.Type == "UUID" => ("string", "uuid"),
            ColumnKind.Text => ("string", (string?)null),
            _ => (null, null),
        };
        if (type is not null)
            described["type"] = type;
        if (format is not null)
            described["format"] = format;
        if (values is not null)
            described["enum"] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        if (type is "integer" or "number" && column is { Least: { } least, Greatest: { } greatest })
        {
            var width = greatest - least;
            described["minimum"] = Number(least >= 0 ? Math.Max(0, least - width) : least - width, Math.Floor);
            if (!isUnique)
                described["maximum"] = Number(greatest <= 0 ? Math.Min(0, greatest + width) : greatest + width, Math.Ceiling);
        }

        return described;
    }

    private static JsonObject Bound(ColumnFigures column, int version, bool isUnique, bool hasValues)
    {
        var bound = new JsonObject();
        if (column.Rows < TableFigures.SmallestSample)
            return bound;
        var missing = 1 - ((double)column.Known / column.Rows);
        if (missing > 0)
            bound["nulls"] = new JsonObject { ["maximum"] = Math.Round(Math.Min(1, (missing * 1.5) + 0.01), 3) };
        var isNumeric = column.Kind is ColumnKind.Whole or ColumnKind.Decimal or ColumnKind.Double;
        if (isNumeric && !isUnique && column is { Mean: { } mean, Deviation: { } deviation and > 0 })
            bound["mean"] = new JsonObject { ["minimum"] = Round(mean - deviation), ["maximum"] = Round(mean + deviation) };
        if ((isNumeric && !isUnique && column.Distinct > 1) || hasValues)
            bound["psi"] = new JsonObject { ["maximum"] = MaxPsi, ["against"] = version };
        return bound;
    }

    private static JsonObject? Freshness(IReadOnlyList<ColumnFigures> figures, DateTimeOffset createdAt)
    {
        var newest = figures.Where(column => column is { Kind: ColumnKind.Date or ColumnKind.Time, Greatest: not null })
            .MaxBy(column => column.Greatest);
        if (newest?.Greatest is not { } greatest)
            return null;
        var age = createdAt - DateTimeOffset.UnixEpoch.AddMilliseconds(greatest);
        if (age < TimeSpan.Zero || age > _stale)
            return null;
        return new JsonObject
        {
            ["column"] = newest.Column.Name,
            ["maxAge"] = ManifestUnits.Format(TimeSpan.FromDays(Math.Max(1, Math.Ceiling(age.TotalDays * 3)))),
        };
    }

    private static JsonValue Number(double value, Func<double, double> outward) =>
        Math.Abs(value) is >= 100 and < 1e15 ? JsonValue.Create((long)outward(value)) : JsonValue.Create(Round(value));

    private static double Round(double value) =>
        double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private sealed record ColumnFigures(
        DatasetColumn Column, ColumnKind Kind, long Rows, long Known, long Distinct, IReadOnlyList<double?> Numbers)
    {
        public double? Least => Numbers[0];

        public double? Greatest => Numbers[1];

        public double? Mean => Numbers[2];

        public double? Deviation => Numbers[3];
    }
}
