using System.Collections.Immutable;
using System.Text;
using NuGet.Versioning;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Rules;
using Progeny.Core.Serving;
using Progeny.Storage.Expressions;

namespace Progeny.Storage.Bench;

/// <summary>A project of ten numbers and two classes, and answered queries of it.</summary>
internal sealed class LogProject(QueryLogMode mode)
{
    private const int Features = 10;

    private readonly DateTimeOffset start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public ServedGeneration Served { get; } = new(
        new GenerationInfo
        {
            Reference = new GenerationReference("flights", "1.0.0", 1),
            Stage = Stage.Champion,
            CreatedAt = default,
            Assets = new GenerationAssets { Model = "", ModelBytes = 0 },
            Lineage = new Lineage { JobId = "", PackageDigest = "" },
            Metrics = ImmutableSortedDictionary<string, double>.Empty,
        },
        new Manifest
        {
            Name = "flights",
            Version = new SemanticVersion(1, 0, 0),
            Task = MachineLearningTask.Binary,
            Features = [.. Enumerable.Range(0, Features).Select(i => new Feature { Name = $"f{i}", Type = FeatureType.Float })],
            Label = new LabelManifest { Name = "late", Classes = ["0", "1"] },
            Pipeline = new PipelineManifest { Model = "model.onnx" },
            Serving = new ServingManifest { Log = mode },
        },
        new NoFeeds(), new RuleCompiler(new SqliteExpressionEngine()), TimeProvider.System);

    /// <summary>An answered query; its id is a UUID that follows from the number.</summary>
    public static string IdOf(long number) =>
        new Guid((int)(number * 2654435761), (short)(number >> 16), (short)number, 1, 2, 3, 4, 5, 6, 7, 8).ToString();

    public QueryRows Rows()
    {
        var values = string.Join(',', Enumerable.Range(0, Features).Select(i => $"\"f{i}\":{i}.25"));
        return QueryRowsReader.Read(Encoding.UTF8.GetBytes($"{{\"rows\":[{{{values}}}]}}"), Served.Schema).Rows!;
    }

    public Prediction Prediction() => new() { Classes = ["0", "1"], Scores = new float[] { 0.2512345f, 0.7487655f }, Labels = new[] { 1 } };

    public QueryLogEntry Entry(QueryRows rows, Prediction prediction, long number) => new()
    {
        At = start.AddTicks(number * 100),
        Plan = Served.Log,
        Arm = "champion",
        Reason = "share",
        QueryIds = [IdOf(number)],
        Rows = rows,
        Prediction = prediction,
        Latency = new QueryLatency(0, 40, 210, 480),
    };

    private sealed class NoFeeds : IFeedCatalog
    {
        public IFeed Get(string name, string project) => throw new FeedException(name, "there are no feeds here");

        public string? Refusal(string name, string project) => null;

        public Task<IFileFeed> OpenFileAsync(
            string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
            throw new FeedException(path, "there are no feeds here");
    }
}
