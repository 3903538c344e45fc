using Microsoft.Extensions.Options;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>The configured feeds. Each is opened by its first query, so a database that is down stops no node from starting.</summary>
public sealed class FeedCatalog : IFeedCatalog, IAsyncDisposable, IDisposable
{
    private readonly SortedDictionary<string, IFeed> feeds = new(StringComparer.OrdinalIgnoreCase);

    public FeedCatalog(IOptions<FeedsOptions> options)
    {
        foreach (var (name, feed) in options.Value.Feeds)
        {
            feeds.Add(name, FeedKinds.IsSqlite(feed.Kind)
                ? new SqliteFeed(name, feed.ConnectionString!)
                : new PostgresFeed(name, feed.ConnectionString!));
        }
    }

    /// <inheritdoc/>
    public IFeed Get(string name)
    {
        if (feeds.TryGetValue(name, out var feed))
            return feed;
        var configured = feeds.Count > 0 ? $"configured are {string.Join(", ", feeds.Keys)}" : "no feed is configured";
        throw new FeedException(name, $"There is no such feed; {configured}. Feeds are configured as Feeds:<name>:Kind and Feeds:<name>:ConnectionString.");
    }

    /// <inheritdoc/>
    public async Task<IFileFeed> OpenFileAsync(string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
        await CsvFeed.OpenAsync(path, query, texts, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var feed in feeds.Values.OfType<IAsyncDisposable>())
            await feed.DisposeAsync();
    }

    public void Dispose()
    {
        foreach (var feed in feeds.Values.OfType<IDisposable>())
            feed.Dispose();
    }
}
