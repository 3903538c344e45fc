using System.Globalization;
using Progeny.Core.Datasets.Contracts;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>The bins of a baseline as conditions.</summary>
internal static class Bins
{
    public static IReadOnlyList<string> Of(string value, Baseline baseline)
    {
        if (baseline.Values is { } values)
        {
            var others = values.Count == 0 ? "" : $" AND CAST({value} AS VARCHAR) NOT IN ({string.Join(", ", values.Select(Literal))})";
            return [.. values.Select(text => $"CAST({value} AS VARCHAR) = {Literal(text)}"), $"{value} IS NOT NULL{others}"];
        }

        var edges = baseline.Edges!.Select(edge => $"CAST('{edge.ToString("R", CultureInfo.InvariantCulture)}' AS DOUBLE)").ToList();
        return edges.Count == 0
            ? [$"{value} IS NOT NULL"]
            : [
                $"{value} < {edges[0]}",
                .. edges.Zip(edges.Skip(1), (from, to) => $"{value} >= {from} AND {value} < {to}"),
                $"{value} >= {edges[^1]}",
            ];
    }
}
