using NuGet.Versioning;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Progeny.Core.Views;
using Progeny.Storage.Tests.Serving;

namespace Progeny.Storage.Tests.Views;

/// <summary>A project whose rows (id, customer, at) are joined with a view of amount and tier, over one feed.</summary>
internal sealed class ViewProjects(IFeed feed) : IFeedCatalog
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly Manifest Project = new()
    {
        Name = "orders",
        Version = new SemanticVersion(1, 0, 0),
        Task = MachineLearningTask.Regression,
        Features =
        [
            new() { Name = "id", Type = FeatureType.Int },
            new() { Name = "amount", Type = FeatureType.Float, Nullable = true },
            new() { Name = "tier", Type = FeatureType.Category, Nullable = true },
        ],
        Label = new() { Name = "y" },
        Pipeline = new() { Trainer = "xgboost" },
    };

    public IFeed Get(string name, string project) => feed;

    public string? Refusal(string name, string project) => null;

    public Task<IFileFeed> OpenFileAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ViewManifest View(string query, string? eventAt = null, TimeSpan? maxAge = null) => new()
    {
        Name = "facts",
        Feed = feed.Name,
        Query = query,
        Keys = ["customer"],
        KnownAt = "known",
        EventAt = eventAt,
        Features = ["amount", "tier"],
        MaxAge = maxAge,
    };

    /// <summary>What the training rows hold, by their id, in their order.</summary>
    public async Task<IReadOnlyList<(long Id, object? Amount, object? Tier)>> TrainAsync(
        string query, ViewManifest view, ViewAges? ages = null, TrainerOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        var manifest = Project with
        {
            Views = [view],
            Source = new() { Feed = feed.Name, Query = query, Ordinal = "at", AsOf = [view.Name] },
        };
        var data = await new TrainingSource(this, options: options, time: new FixedTime(Now), ages: ages).WriteAsync(
            manifest, folder[""], null, null, folder["data.csv"], null, default);
        List<(long, object?, object?)> rows = [];
        await foreach (var (features, _) in TrainingDataReader.ReadAsync(data.File, TrainerSchema.From(manifest), default))
            rows.Add(((long)features[0]!, features[1], features[2]));
        return rows;
    }

    /// <summary>What serving finds for entities, now or as of moments.</summary>
    public async Task<IReadOnlyList<object?[]?>> ServeAsync(
        ViewManifest view, DateTimeOffset? now, params (object? Customer, object? At)[] asked) =>
        await new ViewLookup(feed, view, now is null ? "asked" : null, new FixedTime(now ?? Now)).ReadAsync(
            [.. asked.Select(each => new Dictionary<string, object?> { ["customer"] = each.Customer, ["asked"] = each.At })], default);
}
