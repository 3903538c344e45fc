namespace Progeny.Core.Feeds;

/// <summary>A feed has as many queries as it may run at once; asked again later, it answers.</summary>
public sealed class FeedBusyException(string feed, string message) : FeedException(feed, message);
