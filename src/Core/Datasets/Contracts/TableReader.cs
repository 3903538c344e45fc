using System.Globalization;
using System.Text.Json;
using Progeny.Core.Manifests;

namespace Progeny.Core.Datasets.Contracts;

/// <summary>Reads the rules for whole tables.</summary>
internal static class TableReader
{
    public static TableRules Read(ContractNode node)
    {
        if (!node.IsObject("an object with unique, freshness, rows, change, quarantined, columns"))
            return new();
        node.Refuse("x-table", ["unique", "freshness", "rows", "change", "quarantined", "columns"]);
        return new TableRules
        {
            Unique = ReadUnique(node.Find("unique")),
            Freshness = ReadFreshness(node.Find("freshness")),
            Rows = node.Find("rows")?.Range("rows", 0, long.MaxValue) ?? NumberRange.Any,
            Change = node.Find("change")?.Range("change", -1, double.MaxValue) ?? NumberRange.Any,
            MaxQuarantined = node.Find("quarantined") is { } quarantined ? quarantined.Range("quarantined", 0, 1).Maximum : null,
            Columns = ReadColumns(node.Find("columns")),
        };
    }

    private static List<IReadOnlyList<string>> ReadUnique(ContractNode? node)
    {
        var sets = new List<IReadOnlyList<string>>();
        if (node is null)
            return sets;
        if (node.Element.ValueKind != JsonValueKind.Array)
        {
            node.Fail($"is {node.Describe()}; a list of lists of columns would be right, such as [[\"order_id\"], [\"shop\", \"day\"]]");
            return sets;
        }

        foreach (var item in node.Items())
        {
            if (item.Texts("columns") is { Count: > 0 } set)
                sets.Add(set);
            else if (item.Element.ValueKind == JsonValueKind.Array && item.Element.GetArrayLength() == 0)
                item.Fail("is empty; a list of columns would be right");
        }

        return sets;
    }

    private static FreshnessRule? ReadFreshness(ContractNode? node)
    {
        if (node is null || !node.IsObject("an object with column and maxAge"))
            return null;
        node.Refuse("freshness", ["column", "maxAge"]);
        var (column, age) = (node.Find("column")?.Text(), node.Find("maxAge"));
        if (column is null)
            node.Fail("needs a column of times");
        if (age is null || age.Text() is not { } text || !ManifestUnits.TryParseDuration(text, out var maxAge))
        {
            (age ?? node).Fail($"needs maxAge: {ManifestUnits.DurationHint}");
            return null;
        }

        return column is null ? null : new(column, maxAge);
    }

    private static Dictionary<string, DistributionBounds> ReadColumns(ContractNode? node)
    {
        var columns = new Dictionary<string, DistributionBounds>();
        if (node is null || !node.IsObject("an object whose members are columns"))
            return columns;
        foreach (var (name, member) in node.Members())
        {
            if (!member.IsObject("an object with mean, quantiles, nulls, distinct, psi"))
                continue;
            member.Refuse("the bounds of a column", ["mean", "quantiles", "nulls", "distinct", "psi"]);
            var psi = ReadPsi(member.Find("psi"));
            columns[name] = new DistributionBounds
            {
                Mean = member.Find("mean")?.Range("mean", double.MinValue, double.MaxValue) ?? NumberRange.Any,
                Quantiles = ReadQuantiles(member.Find("quantiles")),
                Nulls = member.Find("nulls")?.Range("nulls", 0, 1) ?? NumberRange.Any,
                Distinct = member.Find("distinct")?.Range("distinct", 0, long.MaxValue) ?? NumberRange.Any,
                MaxPsi = psi.Max,
                PsiAgainst = psi.Against,
            };
        }

        return columns;
    }

    private static Dictionary<double, NumberRange> ReadQuantiles(ContractNode? node)
    {
        var quantiles = new Dictionary<double, NumberRange>();
        if (node is null || !node.IsObject("an object whose members are shares such as 0.5"))
            return quantiles;
        foreach (var (name, member) in node.Members())
        {
            if (double.TryParse(name, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
                && share is >= 0 and <= 1)
                quantiles[share] = member.Range("a quantile", double.MinValue, double.MaxValue);
            else
                member.Fail("is no share; a number from 0 to 1 would be right, such as 0.5");
        }

        return quantiles;
    }

    private static (double? Max, int? Against) ReadPsi(ContractNode? node)
    {
        if (node is null || !node.IsObject("an object with maximum, and against: a version of the dataset"))
            return (null, null);
        node.Refuse("psi", ["maximum", "against"]);
        if (node.Find("maximum") is not { } maximum)
        {
            node.Fail("needs a maximum; 0.2 is usual");
            return (null, null);
        }

        return (maximum.Number(0, double.MaxValue), node.Find("against")?.Count(1));
    }
}
