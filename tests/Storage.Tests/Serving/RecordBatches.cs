using NuGet.Versioning;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.Tests.Serving;

/// <summary>Records as the batches that a node would have written of them, in the order given.</summary>
internal sealed class RecordBatches(TimeSpan retention)
{
    private readonly List<QueryBatch> batches = [];
    private QueryBatchBuilder? builder;
    private QueryRecord? last;
    private QuerySchema schema = null!;
    private QueryLogPlan plan = null!;

    public static List<QueryBatch> Of(IEnumerable<QueryRecord> records, TimeSpan retention)
    {
        var made = new RecordBatches(retention);
        foreach (var record in records)
            made.Add(record);
        made.Take();
        return made.batches;
    }

    private static IEnumerable<KeyValuePair<string, object?>> ValuesOf(QueryRecord record) =>
        (record.Augmented ?? Empty).Concat(record.Fields ?? Empty);

    private static IReadOnlyDictionary<string, object?> Empty { get; } = new Dictionary<string, object?>();

    private void Add(QueryRecord record)
    {
        if (last is null || record.At < last.At || !IsLike(record, last))
            Begin(record);
        last = record;
        using var rows = schema.Rent();
        var row = rows.AddRow();
        rows.Entity = record.Entity;
        foreach (var column in rows.Features.Columns)
        {
            object? given = null, found = null;
            var isGiven = record.Fields?.TryGetValue(column.Feature.Name, out given) is true;
            if (given is not null)
                column.Set(row, given).ShouldBeNull();
            if (record.Augmented?.TryGetValue(column.Feature.Name, out found) is true)
                (isGiven ? column.Replace(row, found) : column.Augment(row, found)).ShouldBeNull();
        }

        (record.IsAnswered || record.Error is not null).ShouldBeTrue("a query that got no answer has an error");
        builder!.Add(new QueryLogEntry
        {
            At = record.At,
            Plan = plan,
            Project = record.Project,
            Arm = record.Arm,
            Reason = record.Reason,
            QueryIds = [record.QueryId],
            Rows = rows,
            Prediction = record.Prediction,
            Error = record.Error,
            Rules = record.Rules.IsEmpty ? [] : [record.Rules],
            Latency = record.Latency,
        });
    }

    private static bool IsLike(QueryRecord record, QueryRecord other) =>
        (record.Project, record.GenerationProject, record.Release, record.Generation)
            == (other.Project, other.GenerationProject, other.Release, other.Generation)
        && record.HasFields == other.HasFields
        && ValuesOf(record).Select(pair => (pair.Key, pair.Value?.GetType()))
        .SequenceEqual(ValuesOf(other).Select(pair => (pair.Key, pair.Value?.GetType())))
        && (record.Prediction?.Classes ?? []).SequenceEqual(other.Prediction?.Classes ?? []);

    private void Begin(QueryRecord record)
    {
        Take();
        var classes = record.Prediction?.Classes ?? [];
        var manifest = new Manifest
        {
            Name = record.Project,
            Version = new SemanticVersion(1, 0, 0),
            Task = classes.IsEmpty ? MachineLearningTask.Regression : MachineLearningTask.Multiclass,
            Features = [.. ValuesOf(record).GroupBy(pair => pair.Key, StringComparer.Ordinal).Select(FeatureOf)],
            Label = new LabelManifest { Name = "y", Classes = classes },
            Pipeline = new PipelineManifest { Model = "model.onnx" },
            Serving = new ServingManifest { Retention = retention, LogSample = record.HasFields ? 1 : 0 },
        };
        schema = new QuerySchema(manifest);
        plan = new QueryLogPlan(
            new GenerationReference(record.GenerationProject ?? record.Project, record.Release, record.Generation), manifest, schema);
        builder = new QueryBatchBuilder(plan, record.Project);
    }

    private static Feature FeatureOf(IGrouping<string, KeyValuePair<string, object?>> values) => new()
    {
        Name = values.Key,
        Nullable = true,
        Type = values.Select(pair => pair.Value).FirstOrDefault(value => value is not null) switch
        {
            bool => FeatureType.Bool,
            long => FeatureType.Int,
            float => FeatureType.Float,
            _ => FeatureType.Category,
        },
    };

    private void Take()
    {
        batches.AddRange(builder?.Take() ?? []);
        builder?.Dispose();
        builder = null;
    }
}
