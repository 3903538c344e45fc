namespace Progeny.Core.Feeds;

/// <summary>The feeds that an operator configured, by name, and those that packages bring as files.</summary>
public interface IFeedCatalog
{
    /// <exception cref="FeedException">No feed has that name; the message lists those that are configured.</exception>
    IFeed Get(string name);

    /// <summary>A feed over one CSV file (UTF-8, header), its table named after the file without its extension.</summary>
    /// <remarks>Disposing the feed deletes whatever it built beside the file.</remarks>
    Task<IFileFeed> OpenFileAsync(string path, CancellationToken cancellationToken);
}
