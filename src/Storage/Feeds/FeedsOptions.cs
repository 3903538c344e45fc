namespace Progeny.Storage.Feeds;

/// <summary>The feeds that an operator configured, by name; names are not case-sensitive, as all keys of a configuration.</summary>
public sealed class FeedsOptions
{
    public IDictionary<string, FeedOptions> Feeds { get; } = new Dictionary<string, FeedOptions>(StringComparer.OrdinalIgnoreCase);
}
