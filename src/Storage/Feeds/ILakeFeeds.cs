using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>Feeds whose queries run in DuckDB: those over the lake, and those over files that are no plain CSV.</summary>
public interface ILakeFeeds
{
    /// <summary>A feed over what a project may read of the lake.</summary>
    IFeed Open(string name, FeedOptions feed, string project);

    /// <summary>A feed over one file.</summary>
    /// <inheritdoc cref="IFeedCatalog.OpenFileAsync"/>
    Task<IFileFeed> OpenFileAsync(string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken);
}
