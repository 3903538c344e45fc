namespace Orleans.Configuration;

/// <summary>How long streams in memory keep an event for a subscriber that does not take it. Named by the stream provider.</summary>
public class StreamCacheEvictionOptions
{
    /// <summary>The least time that an event is kept.</summary>
    public TimeSpan DataMinTimeInCache { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How much older than the newest event an event must be to be given up.</summary>
    public TimeSpan DataMaxAgeInCache { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long it is remembered that there was an event; the stand-in remembers nothing.</summary>
    public TimeSpan? MetadataMinTimeInCache { get; set; }
}
