using Progeny.Core.Feeds;

namespace Progeny.Core.Tests.Serving;

/// <summary>A node without feeds.</summary>
internal sealed class NoFeeds : IFeedCatalog
{
    public IFeed Get(string name, string project) => throw new FeedException(name, "is none");

    public string? Refusal(string name, string project) => null;

    public Task<IFileFeed> OpenFileAsync(
        string path, string query, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) =>
        throw new FeedException(path, "is none");
}
