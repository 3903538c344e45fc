using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>Feeds over files of projects.</summary>
public interface IFileFeeds
{
    /// <summary>A feed over one file.</summary>
    /// <inheritdoc cref="IFeedCatalog.OpenFileAsync"/>
    Task<IFileFeed> OpenAsync(string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken);
}
