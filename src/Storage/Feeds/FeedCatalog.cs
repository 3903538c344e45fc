using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Core.Feeds;
using Progeny.Storage.Common;

namespace Progeny.Storage.Feeds;

/// <summary>The configured feeds. Each is opened by its first query, so a database that is down stops no node from starting.</summary>
public sealed class FeedCatalog : IFeedCatalog, IAsyncDisposable, IDisposable
{
    private readonly SortedDictionary<string, (IFeed Feed, string Kind, string Projects)> feeds = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool hasGrants;

    public FeedCatalog(IOptions<FeedsOptions> options, ILogger<FeedCatalog>? logger = null)
    {
        foreach (var (name, feed) in options.Value.Feeds)
        {
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
            ? feed.Feed
            : throw new FeedException(name, Missing(project));

    /// <summary>The feeds over PostgreSQL.</summary>
    internal IEnumerable<IFeed> Postgres => feeds.Values.Where(each => each.Kind == FeedKinds.Postgres).Select(each => each.Feed);

    /// <inheritdoc/>
    public string? Refusal(string name, string project) =>
        !hasGrants || (feeds.TryGetValue(name, out var feed) && ProjectGrant.Includes(feed.Projects, project))
            ? null
            : $"Feed '{name}': {Missing(project)}";

    /// <inheritdoc/>
    public async Task<IFileFeed> OpenFileAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
        await CsvFeed.OpenAsync(path, query, texts, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var feed in feeds.Values.Select(each => each.Feed).OfType<IAsyncDisposable>())
            await feed.DisposeAsync();
    }

    public void Dispose()
    {
        foreach (var feed in feeds.Values.Select(each => each.Feed).OfType<IDisposable>())
            feed.Dispose();
    }

    private string Missing(string project)
    {
        var usable = feeds.Where(each => ProjectGrant.Includes(each.Value.Projects, project)).Select(each => each.Key).ToList();
        return $"There is no such feed for '{project}'; "
        + $"{(usable.Count > 0 ? $"it may use {string.Join(", ", usable)}" : "it may use none")}. "
            + "Operators configure feeds as Feeds:<name>:Kind, Feeds:<name>:ConnectionString and Feeds:<name>:Projects.";
    }
}
