namespace Progeny.Replay.Metrics;

/// <summary>How many queries were answered lately, and how long they took. Safe for use from many threads.</summary>
internal sealed class Latencies(TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(10);
    private readonly Queue<(long At, double Milliseconds)> _recent = [];
    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();

    public void Add(TimeSpan latency)
    {
        lock (_lock)
        {
            _recent.Enqueue((time.GetTimestamp(), latency.TotalMilliseconds));
            Forget();
        }
    }

    /// <summary>Queries per second and quantiles in milliseconds, of the last ten seconds; null where there was no query.</summary>
    public (double PerSecond, double? P50, double? P99) Read()
    {
        double[] sorted;
        lock (_lock)
        {
            Forget();
            sorted = [.. _recent.Select(entry => entry.Milliseconds).Order()];
        }

        var seconds = Math.Clamp(time.GetElapsedTime(_started).TotalSeconds, 1, s_window.TotalSeconds);
        return sorted.Length == 0 ? (0, null, null) : (sorted.Length / seconds, Quantile(sorted, 0.5), Quantile(sorted, 0.99));
    }

    /// <summary>The nearest rank: the least value that is not below the share of all.</summary>
    private static double Quantile(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private void Forget()
    {
        while (_recent.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > s_window)
            _recent.Dequeue();
    }
}
