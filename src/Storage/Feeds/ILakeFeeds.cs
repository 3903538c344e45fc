using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>Feeds over the lake.</summary>
public interface ILakeFeeds
{
    /// <summary>A feed over what a project may read of the lake.</summary>
    IFeed Open(string name, FeedOptions feed, string project);
}
