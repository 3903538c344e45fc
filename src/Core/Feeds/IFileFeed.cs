namespace Progeny.Core.Feeds;

/// <summary>A feed over a file, which holds resources until it is disposed.</summary>
public interface IFileFeed : IFeed, IAsyncDisposable;
