using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.QueryLog;

/// <summary>What is logged of a generation's queries: its manifest's wishes, compiled once.</summary>
public sealed class QueryLogPlan
{
    private readonly HashSet<string> redacted;
    private readonly ulong keepBelow;
    private readonly ulong seed;
    private readonly bool keepAll;

    public QueryLogPlan(GenerationReference generation, Manifest manifest, QuerySchema schema, long samplingSeed = 0)
    {
        Generation = generation;
        seed = (ulong)samplingSeed;
        Mode = manifest.Serving.Log;
        Retention = manifest.Serving.Retention;
        redacted = [.. manifest.Serving.Redact];
        keepAll = manifest.Serving.LogSample >= 1;
        keepBelow = keepAll ? ulong.MaxValue : (ulong)(manifest.Serving.LogSample * Math.Pow(2, 64));
        Columns = Kept([.. schema.Features.Select(feature => feature.Name)]);
        Extras = Kept(schema.Extras);
        RedactedColumns = [.. Enumerable.Range(0, schema.Features.Count).Except(Columns)];
        RedactedExtras = [.. Enumerable.Range(0, schema.Extras.Count).Except(Extras)];
        HidesEntity = schema.Entity is not null && redacted.Contains(schema.Entity);
        List<string> fields = [.. Columns.Select(column => schema.Features[column].Name), .. Extras.Select(extra => schema.Extras[extra])];
        Words = new StringTable(new QueryLayout
        {
            Features = [
                .. Columns.Select(column => schema.Features[column]).Select(feature => new QueryField(feature.Name, TypeOf(feature.Type))),
            ],
            Extras = [.. Extras.Select(extra => schema.Extras[extra])],
            Classes = [.. manifest.Label?.Classes ?? []],
            Entity = schema.Entity is null ? -1 : fields.IndexOf(schema.Entity),
        });
        Types = [.. Layout.Features.Select(field => field.Type)];
    }

    public GenerationReference Generation { get; }

    public QueryLogMode Mode { get; }

    public TimeSpan Retention { get; }

    public QueryLayout Layout => Words.Layout;

    internal StringTable Words { get; }

    /// <summary>The indexes, in the schema, of the features of the layout.</summary>
    internal int[] Columns { get; }

    /// <summary>The indexes, in the schema, of the extras of the layout.</summary>
    internal int[] Extras { get; }

    internal QueryFieldType[] Types { get; }

    /// <summary>Whether the entity is a field that must not be logged.</summary>
    internal bool HidesEntity { get; }

    private int[] RedactedColumns { get; }

    private int[] RedactedExtras { get; }

    /// <summary>
    /// Whether the fields of a query are kept. A hash of its id with the release's secret decides, everywhere and always the same, and a
    /// client that chooses its ids does not choose this.
    /// </summary>
    internal bool Keeps(string project, string queryId) => keepAll || Mix((ulong)QueryHash.Of(project, queryId) ^ seed) < keepBelow;

    /// <summary>
    /// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): each bit of the input changes half of the bits of the result.
    /// </summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }

    /// <summary>The tensors that may be logged.</summary>
    internal ImmutableArray<Tensor> Shown(ImmutableArray<Tensor> tensors) =>
        redacted.Count == 0 ? tensors : tensors.RemoveAll(tensor => redacted.Contains(tensor.Name));

    /// <summary>An error's message without the values of redacted fields, which a message about a value may quote.</summary>
    internal string Shown(string error, QueryRows? rows)
    {
        if (redacted.Count == 0 || rows is null)
            return error;
        for (var row = 0; row < rows.Features.Rows; row++)
        {
            foreach (var column in RedactedColumns)
                error = Hide(error, rows.Features.Columns[column].Get(row));
            foreach (var extra in RedactedExtras)
                error = Hide(error, rows.GetExtra(row, extra));
        }

        return error;
    }

    private static string Hide(string error, object? value) =>
        value is not (null or bool) && ValueText.Of(value) is { Length: > 0 } text
            ? error.Replace(text, "(redacted)", StringComparison.Ordinal)
            : error;

    private static QueryFieldType TypeOf(FeatureType type) => type switch
    {
        FeatureType.Float => QueryFieldType.Float,
        FeatureType.Int => QueryFieldType.Integer,
        FeatureType.Bool => QueryFieldType.Boolean,
        _ => QueryFieldType.Text,
    };

    private int[] Kept(IReadOnlyList<string> names) =>
        [.. Enumerable.Range(0, names.Count).Where(index => !redacted.Contains(names[index]))];
}
