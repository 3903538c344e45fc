namespace Progeny.Storage.Metrics;

/// <summary>How long the perfdb keeps what is no window.</summary>
internal static class PerfdbRetention
{
    /// <summary>Changes of scores.</summary>
    public static readonly TimeSpan Changes = TimeSpan.FromDays(30);

    /// <summary>
    /// Cursors of silo runs. A run sends a summary again for as long as it lives, and it sends something every few seconds while it is in
    /// use.
    /// </summary>
    public static readonly TimeSpan Runs = TimeSpan.FromDays(31);
}
