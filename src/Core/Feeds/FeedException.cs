namespace Progeny.Core.Feeds;

/// <summary>A feed could not be reached or refused a query.</summary>
public class FeedException(string feed, string message, Exception? inner = null)
    : Exception($"Feed '{feed}': {message}", inner)
{
    public string Feed { get; } = feed;

    /// <summary>The message without the feed's name.</summary>
    public string Reason { get; } = message;
}
