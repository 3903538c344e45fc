namespace Progeny.Core.Feeds;

/// <summary>The feeds that an operator configured, by name, and those that packages bring as files.</summary>
public interface IFeedCatalog
{
    /// <exception cref="FeedException">No feed has that name; the message lists those that are configured.</exception>
    IFeed Get(string name);

    /// <summary>A feed over one CSV file (UTF-8, header), its table named after the file without its extension.</summary>
    /// <param name="path">The file.</param>
    /// <param name="query">The query that the feed will be asked.</param>
    /// <param name="texts">The columns of the query whose values are texts even where they look like numbers: categories and classes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <remarks>Disposing the feed deletes whatever it built beside the file.</remarks>
    Task<IFileFeed> OpenFileAsync(string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken);
}
