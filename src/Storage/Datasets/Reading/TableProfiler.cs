using System.Collections;
using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Reading;

/// <summary>
/// Makes the profile of a table. Each column is read once, some at a time, into aggregates whose memory does not grow with the rows;
/// columns in
/// which values occur often are read once more to count the most frequent.
/// </summary>
/// <param name="table">What stands behind FROM.</param>
internal sealed class TableProfiler(DuckDbSession session, string table)
{
    // The columns whose aggregates are in memory at a time.
    private const int ColumnsAtATime = 16;
    private const int TopValues = 10;
    private const int ExampleRows = 1_000;
    private const int Examples = 5;

    // The most frequent of so many values mean nothing.
    private const long MaxDistinct = 1_000;

    private static readonly string _quantiles = string.Join(
        ", ", Enumerable.Range(0, ColumnProfile.QuantileSteps + 1).Select(i => ((double)i / ColumnProfile.QuantileSteps).ToString(
            CultureInfo.InvariantCulture)));

    public async Task<DatasetProfile> ProfileAsync(CancellationToken cancellationToken)
    {
        var columns = await session.DescribeAsync(table, cancellationToken);
        var rows = Convert.ToInt64(await session.ScalarAsync($"SELECT count(*) FROM {table}", cancellationToken), null);
        List<ColumnProfile> profiles = [];
        foreach (var group in columns.Chunk(ColumnsAtATime))
            profiles.AddRange(await ProfileAsync(group, rows, cancellationToken));
        return new DatasetProfile(rows, profiles);
    }

    private async Task<IReadOnlyList<ColumnProfile>> ProfileAsync(
        DatasetColumn[] columns, long rows, CancellationToken cancellationToken)
    {
        var values = (await QueryAsync(
            $"SELECT {string.Join(", ", columns.SelectMany(column => Aggregates(column).Select(aggregate => aggregate.Sql)))} FROM {table}",
            cancellationToken))[0];
        List<ColumnProfile> profiles = [];
        var next = 0;
        foreach (var column in columns)
        {
            var found = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (name, _) in Aggregates(column))
                found[name] = values[next++];
            profiles.Add(Profile(column, rows, found));
        }

        return await WithExamplesAsync(columns, await WithTopAsync(columns, profiles, values, cancellationToken), cancellationToken);
    }

    private static ColumnProfile Profile(DatasetColumn column, long rows, Dictionary<string, object?> found)
    {
        var count = Number(found["count"]) ?? 0;
        return new ColumnProfile
        {
            Name = column.Name,
            Type = column.Type,
            Nulls = rows - count,
            Distinct = Math.Min(count, Number(found["distinct"]) ?? 0),
            Min = found["min"] as string,
            Max = found["max"] as string,
            Mean = Finite(found.GetValueOrDefault("mean")),
            Deviation = Finite(found.GetValueOrDefault("deviation")),
            Quantiles = found.GetValueOrDefault("quantiles") is IEnumerable quantiles and not string
                ? [.. quantiles.Cast<object?>().Select(value => Convert.ToDouble(value, CultureInfo.InvariantCulture))]
                : [],
            MinLength = Number(found.GetValueOrDefault("shortest")),
            MaxLength = Number(found.GetValueOrDefault("longest")),
            Looks = Looks(count, found),
        };
    }

    private static LikelyType? Looks(long count, Dictionary<string, object?> found)
    {
        foreach (var type in new[] { "number", "timestamp" })
        {
            if (Number(found.GetValueOrDefault(type)) is { } values && values > 0 && values * 2 >= count)
            {
                return new LikelyType(
                    type, values, Number(found[$"not {type}"]) ?? 0, found[$"example not {type}"] as string);
            }
        }

        return null;
    }

    private static IEnumerable<(string Name, string Sql)> Aggregates(DatasetColumn column)
    {
        var name = SqlText.Name(column.Name);
        var text = Text(column);
        var isOrdered = ColumnKinds.IsNumber(column) || ColumnKinds.IsTime(column);
        yield return ("count", $"count({name})");
        yield return ("distinct", $"approx_count_distinct({(ColumnKinds.IsNested(column) ? $"{name}::VARCHAR" : name)})");
        yield return ("min", isOrdered ? $"min({name})::VARCHAR" : $"min({text})");
        yield return ("max", isOrdered ? $"max({name})::VARCHAR" : $"max({text})");
        if (isOrdered)
        {
            var number = ColumnKinds.IsTime(column) ? $"epoch({name})" : $"{name}::DOUBLE";
            var finite = $"FILTER (isfinite({(column.Type == "TIME" ? "0.0" : number)}))";
            if (ColumnKinds.IsNumber(column))
            {
                yield return ("mean", $"avg({number}) {finite}");
                // Of numbers near the end of the doubles it would be none.
                yield return ("deviation", $"stddev_samp({number}) FILTER (abs({number}) < 1e150)");
            }

            yield return ("quantiles", $"approx_quantile({number}, [{_quantiles}]) {finite}");
        }

        if (column.Type == "VARCHAR")
        {
            yield return ("shortest", $"min(length({name}))");
            yield return ("longest", $"max(length({name}))");
            foreach (var (type, isRead, isExact) in ColumnKinds.LikelyTypes(name))
            {
                yield return (type, $"count(*) FILTER ({isRead})");
                yield return ($"not {type}", $"count({name}) FILTER (NOT ({isExact}))");
                yield return ($"example not {type}", $"min({text}) FILTER (NOT ({isExact}))");
            }
        }

        yield return ("top", $"approx_top_k({text}, {TopValues})");
    }

    /// <summary>Counts the values that seem to be the most frequent.</summary>
    private async Task<IReadOnlyList<ColumnProfile>> WithTopAsync(
        DatasetColumn[] columns, List<ColumnProfile> profiles, object?[] values, CancellationToken cancellationToken)
    {
        List<(int Column, string Value)> counted = [];
        var next = -1;
        for (var i = 0; i < columns.Length; i++)
        {
            next += Aggregates(columns[i]).Count();
            if (profiles[i].Distinct <= MaxDistinct && values[next] is IEnumerable top and not string)
                counted.AddRange(top.OfType<string>().Select(value => (i, value)));
        }

        if (counted.Count == 0)
            return profiles;
        var counts = (await QueryAsync(
            $"SELECT {string.Join(", ", counted.Select(one => Count(columns[one.Column], one.Value)))} FROM {table}",
            cancellationToken))[0];
        var tops = counted.Select((one, i) => (one.Column, Top: new ValueCount(one.Value, Number(counts[i]) ?? 0)))
            .ToLookup(one => one.Column, one => one.Top);
        return
        [
            .. profiles.Select((profile, i) => profile with
            {
                Top = [.. tops[i].OrderByDescending(top => top.Count).ThenBy(top => top.Value, StringComparer.Ordinal)],
            }),
        ];
    }

    private async Task<IReadOnlyList<ColumnProfile>> WithExamplesAsync(
        DatasetColumn[] columns, IReadOnlyList<ColumnProfile> profiles, CancellationToken cancellationToken)
    {
        var rows = await QueryAsync(
            $"SELECT {string.Join(", ", columns.Select(Text))} FROM {table} LIMIT {ExampleRows}",
            cancellationToken);
        return
        [
            .. profiles.Select((profile, i) => profile with
            {
                Examples = [.. rows.Select(row => row[i]).OfType<string>().Distinct(StringComparer.Ordinal).Take(Examples)],
            }),
        ];
    }

    private Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancellationToken) => session.QueryAsync(
        sql,
        row =>
        {
            var values = new object?[row.FieldCount];
            for (var i = 0; i < values.Length; i++)
                values[i] = row.IsDBNull(i) ? null : row.GetValue(i);
            return values;
        },
        cancellationToken);

    private static string Count(DatasetColumn column, string value) =>
        $"count(*) FILTER ({Text(column)} = {SqlText.Literal(value)})";

    private static string Text(DatasetColumn column) => $"left({SqlText.Name(column.Name)}::VARCHAR, {ColumnProfile.MaxText})";

    // The sum of great numbers may have none.
    private static double? Finite(object? value) => value is double number && double.IsFinite(number) ? number : null;

    private static long? Number(object? value) => value is null ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
