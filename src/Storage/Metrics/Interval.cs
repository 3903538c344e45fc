namespace Progeny.Storage.Metrics;

/// <summary>
/// Lets through what is to be done at most once in a length of time. By the monotonic clock: one that was put back would stop it until it
/// has caught up. Thread-safe.
/// </summary>
internal sealed class Interval(TimeProvider time, TimeSpan length)
{
    private readonly Lock _gate = new();
    private long? _last;

    /// <summary>Whether it is to be done now, by the caller.</summary>
    public bool IsDue()
    {
        lock (_gate)
        {
            if (_last is { } at && time.GetElapsedTime(at) < length)
                return false;
            _last = time.GetTimestamp();
            return true;
        }
    }
}
