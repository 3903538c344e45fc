using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Core.Feeds;
using Progeny.Storage.Common;

namespace Progeny.Storage.Feeds;

/// <summary>The configured feeds. Each is opened by its first query, so a database that is down stops no node from starting.</summary>
public sealed class FeedCatalog : IFeedCatalog, IAsyncDisposable, IDisposable
{
    private readonly SortedDictionary<string, (IFeed? Feed, string Kind, string Projects)> feeds = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Name, string Project), IFeed> lakeFeeds = [];
    private readonly FeedsOptions settings;
    private readonly IFileFeeds? files;
    private readonly ILakeFeeds? lake;
    private readonly ILogger? logger;
    private readonly bool hasGrants;

    /// <param name="files">The feeds over files; null: there are none.</param>
    /// <param name="lake">The feeds of kind duckdb; null: there are none.</param>
    public FeedCatalog(
        IOptions<FeedsOptions> options, ILogger<FeedCatalog>? logger = null, IFileFeeds? files = null, ILakeFeeds? lake = null)
    {
        this.files = files;
        settings = options.Value;
        this.lake = lake;
        this.logger = logger;
        foreach (var (name, feed) in options.Value.Feeds)
        {
            // What it may read depends on the project, so each project has its own.
            if (FeedKinds.IsDuckDb(feed.Kind))
            {
                feeds.Add(name, (null, FeedKinds.DuckDb, feed.Projects));
                continue;
            }

            IFeed open = FeedKinds.IsSqlite(feed.Kind)
                ? new SqliteFeed(name, feed.ConnectionString!)
                : new PostgresFeed(name, feed.ConnectionString!, feed.Timeout);
            feeds.Add(
                name,
                (logger is null ? open : new LoggedFeed(open, logger), FeedKinds.IsSqlite(feed.Kind)
                    ? FeedKinds.Sqlite
                    : FeedKinds.Postgres, feed.Projects));
        }

        hasGrants = options.Value.Feeds.Values.Any(feed => feed.Projects != ProjectGrant.All);
    }

    /// <inheritdoc/>
    public IFeed Get(string name, string project) =>
        feeds.TryGetValue(name, out var feed) && ProjectGrant.Includes(feed.Projects, project)
            ? feed.Feed ?? lakeFeeds.GetOrAdd((name.ToLowerInvariant(), project), _ => OpenLake(name, project))
            : throw new FeedException(name, Missing(project));

    /// <summary>The feeds over PostgreSQL.</summary>
    internal IEnumerable<IFeed> Postgres => feeds.Values.Where(each => each.Kind == FeedKinds.Postgres).Select(each => each.Feed!);

    /// <inheritdoc/>
    public string? Refusal(string name, string project) =>
        !hasGrants || (feeds.TryGetValue(name, out var feed) && ProjectGrant.Includes(feed.Projects, project))
            ? null
            : $"Feed '{name}': {Missing(project)}";

    /// <inheritdoc/>
    public async Task<IFileFeed> OpenFileAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
        files is null
            ? throw new FeedException(Path.GetFileName(path), "Files are not read here.")
            : await files.OpenAsync(path, query, texts, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var feed in feeds.Values.Select(each => each.Feed).Concat(lakeFeeds.Values).OfType<IAsyncDisposable>())
            await feed.DisposeAsync();
    }

    public void Dispose()
    {
        foreach (var feed in feeds.Values.Select(each => each.Feed).OfType<IDisposable>())
            feed.Dispose();
    }

    private IFeed OpenLake(string name, string project)
    {
        if (lake is null)
            throw new FeedException(name, $"Feeds of kind {FeedKinds.DuckDb} are read on a server only.");
        var feed = lake.Open(name, settings.Feeds[name], project);
        return logger is null ? feed : new LoggedFeed(feed, logger);
    }

    private string Missing(string project)
    {
        var usable = feeds.Where(each => ProjectGrant.Includes(each.Value.Projects, project)).Select(each => each.Key).ToList();
        return $"There is no such feed for '{project}'; "
        + $"{(usable.Count > 0 ? $"it may use {string.Join(", ", usable)}" : "it may use none")}. "
            + "Operators configure feeds as Feeds:<name>:Kind, Feeds:<name>:ConnectionString and Feeds:<name>:Projects.";
    }
}
