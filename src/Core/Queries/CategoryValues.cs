using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>The values that a category may have, made ready for looking them up; a value that is known needs no new string.</summary>
internal sealed class CategoryValues
{
    private const int MaxShown = 20;

    // A feature lives as long as its manifest, and all columns of it share this.
    private static readonly ConditionalWeakTable<Feature, CategoryValues> Made = [];

    private readonly IReadOnlyList<string> values;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> lookup;

    private CategoryValues(IReadOnlyList<string> values)
    {
        this.values = values;
        lookup = values.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Null: any value is allowed.</summary>
    public static CategoryValues? Of(Feature feature) =>
        feature.Values is { } values ? Made.GetValue(feature, _ => new CategoryValues(values)) : null;

    /// <summary>The value as the manifest has it; null: it is not allowed.</summary>
    public string? Find(ReadOnlySpan<char> value) => lookup.TryGetValue(value, out var known) ? known : null;

    /// <summary>What is allowed, for messages.</summary>
    public override string ToString() =>
        $"one of {string.Join(", ", values.Take(MaxShown).Select(value => $"'{value}'"))}{(values.Count > MaxShown ? ", …" : "")}";
}
