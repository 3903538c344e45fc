namespace Progeny.Core.Feeds;

/// <summary>The feeds that an operator configured, by name, and those that packages bring as files.</summary>
public interface IFeedCatalog
{
    /// <summary>A feed for a project.</summary>
    /// <exception cref="FeedException">The project may use no feed of that name; the message lists those that it may use.</exception>
    IFeed Get(string name, string project);

    /// <summary>Why a release that names a feed is refused; null: it is not.</summary>
    /// <remarks>
    /// Where each project may use each feed, one that is not configured is none of the release's faults: its first use says so. Elsewhere a
    /// feed that is missing and one that the project may not use are not told apart.
    /// </remarks>
    string? Refusal(string name, string project);

    /// <summary>A feed over one CSV file (UTF-8, header), its table named after the file without its extension.</summary>
    /// <param name="path">The file.</param>
    /// <param name="query">The query that the feed will be asked.</param>
    /// <param name="texts">The columns of the query whose values are texts even where they look like numbers: categories and
    /// classes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <remarks>Disposing the feed deletes whatever it built beside the file.</remarks>
    Task<IFileFeed> OpenFileAsync(string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken);
}
