using Progeny.Abstractions.QueryLog;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Feedback;

/// <summary>
/// What is taken of a record: features as the model saw them (what was augmented or set by rules included), and the query's other fields.
/// </summary>
/// <param name="fields">The names, in the order of the values.</param>
/// <param name="required">Those without which a record is of no use.</param>
public sealed class QueryProjection(IReadOnlyList<string> fields, IReadOnlySet<string> required)
{
    private const string NoFields = "its fields were not logged";

    private readonly Dictionary<QueryLayout, (int[] Fields, string? Lack)> layouts = new(ReferenceEqualityComparer.Instance);

    public IReadOnlyList<string> Fields => fields;

    /// <summary>
    /// Whether a record is the answer that the caller got: not of a model that answered as a shadow or failed, and not of a query that
    /// failed.
    /// </summary>
    public static bool IsLive(QueryBatchReader reader) => !reader.Failed && reader.Reason is not (Reasons.Shadow or Reasons.Failed);

    /// <summary>What the record that a reader stands on lacks; null: nothing.</summary>
    public string? Lack(QueryBatchReader reader)
    {
        if (!reader.HasFeatures)
            return NoFields;
        var (indexes, lack) = Of(reader.Batch.Layout);
        if (lack is not null)
            return lack;
        for (var i = 0; i < indexes.Length; i++)
        {
            if (indexes[i] >= 0 && required.Contains(fields[i]) && reader.GetField(indexes[i]) is null)
                return $"'{fields[i]}' is missing";
        }

        return null;
    }

    /// <summary>The values of the record that a reader stands on, which lacks nothing.</summary>
    public object?[] Read(QueryBatchReader reader)
    {
        var (indexes, _) = Of(reader.Batch.Layout);
        var values = new object?[indexes.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = indexes[i] < 0 ? null : Value(reader.GetField(indexes[i]));
        return values;
    }

    private (int[] Fields, string? Lack) Of(QueryLayout layout)
    {
        if (layouts.TryGetValue(layout, out var known))
            return known;
        List<string> names = [.. layout.Features.Select(feature => feature.Name), .. layout.Extras];
        int[] indexes = [.. fields.Select(name => names.IndexOf(name))];
        var absent = fields.Where((name, i) => indexes[i] < 0 && required.Contains(name)).FirstOrDefault();
        return layouts[layout] = (indexes, absent is null ? null : $"'{absent}' was not logged");
    }

    /// <remarks>The shortest decimal of a single-precision number reads back to the same one, and is what the client wrote.</remarks>
    private static object? Value(object? value) =>
        value is float number ? ShortestDouble.Of(number) : value;
}
