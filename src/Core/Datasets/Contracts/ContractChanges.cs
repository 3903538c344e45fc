using Progeny.Core.Common;

namespace Progeny.Core.Datasets.Contracts;

/// <summary>What a new contract refuses or changes that the one before let through.</summary>
public static class ContractChanges
{
    /// <summary>The breaking changes, each in a sentence that names its path; none: whatever was right stays right, as it was.</summary>
    public static IReadOnlyList<string> FindBreaking(DatasetContract before, DatasetContract after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var changes = new List<string>();
        foreach (var old in before.Columns)
        {
            if (after.Columns.FirstOrDefault(column => Same(column.Name, old.Name)) is { } now)
                CompareColumn(old, now, changes);
            else
                changes.Add($"properties/{old.Name}: the column is removed");
        }

        foreach (var column in after.Columns.Where(column => !before.Columns.Any(old => Same(old.Name, column.Name))))
        {
            if (column.IsRequired)
                changes.Add($"properties/{column.Name}: the column is new and required");
        }

        if (before.AllowsOtherColumns && !after.AllowsOtherColumns)
            changes.Add("additionalProperties: other columns are not allowed any more");
        foreach (var set in after.Table.Unique.Where(set => !before.Table.Unique.Any(old => old.SequenceEqual(set))))
            changes.Add($"x-table/unique: {string.Join(", ", set)} must be unique");
        return changes;
    }

    private static void CompareColumn(ColumnRules old, ColumnRules now, List<string> changes)
    {
        Add(old.Type != now.Type && now.Type is not null, $"the type is {Word(now.Type)}; it was {Word(old.Type)}");
        Add(old.Type is not null && now.Type is null, $"the type {Word(old.Type)} is not asked for any more");
        Add(now.IsRequired && !old.IsRequired, "a value is required");
        Add(old.IsRequired && !now.IsRequired, "a value may be missing");
        Add(now.Format != old.Format, $"the format is {now.Format}; it was {old.Format}");
        Add(now.Values is not null && old.Values is null, "only listed values are allowed");
        Add(now.Values is not null && old.Values?.Except(now.Values).Any() is true,
            $"not allowed any more: {string.Join(", ", old.Values?.Except(now.Values ?? []).Take(5) ?? [])}");
        Add(Lower(now) > Lower(old), $"the least value is {ValueText.Of(Lower(now))}");
        Add(Upper(now) < Upper(old), $"the greatest value is {ValueText.Of(Upper(now))}");
        Add((now.MinLength ?? 0) > (old.MinLength ?? 0), $"the least length is {now.MinLength}");
        Add((now.MaxLength ?? int.MaxValue) < (old.MaxLength ?? int.MaxValue), $"the greatest length is {now.MaxLength}");
        Add(now.Pattern is not null && now.Pattern != old.Pattern, $"the pattern is {now.Pattern}");
        Add(now.MultipleOf is not null && now.MultipleOf != old.MultipleOf, $"values are multiples of {now.MultipleOf}");

        void Add(bool isBreaking, string change)
        {
            if (isBreaking)
                changes.Add($"properties/{now.Name}: {change}");
        }
    }

    private static double Lower(ColumnRules rules) => Math.Max(
        rules.Minimum?.Value ?? double.NegativeInfinity,
        rules.ExclusiveMinimum is { } bound ? Math.BitIncrement(bound.Value) : double.NegativeInfinity);

    private static double Upper(ColumnRules rules) => Math.Min(
        rules.Maximum?.Value ?? double.PositiveInfinity,
        rules.ExclusiveMaximum is { } bound ? Math.BitDecrement(bound.Value) : double.PositiveInfinity);

    private static string Word(ContractType? type) => type?.ToString().ToLowerInvariant() ?? "any";

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
