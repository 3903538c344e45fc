using System.Diagnostics;

namespace Progeny.Grains.Hosting;

/// <summary>What this process takes of its machine.</summary>
internal sealed class ProcessLoad(TimeProvider time)
{
    // Asked more often than this it answers as before: over a shorter time the figure means nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private long _measuredAt = time.GetTimestamp();
    private TimeSpan _measured = Environment.CpuUsage.TotalTime;
    private double _processors;

    /// <summary>When the process began.</summary>
    public DateTimeOffset StartedAt { get; } = new(Process.GetCurrentProcess().StartTime.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>Its memory in bytes.</summary>
    public long MemoryBytes => Environment.WorkingSet;

    /// <summary>How many processors it kept busy since it was asked last, or over the two seconds before.</summary>
    public double ProcessorsUsed
    {
        get
        {
            lock (_gate)
            {
                if (time.GetElapsedTime(_measuredAt) is var elapsed && elapsed >= Interval)
                {
                    var now = Environment.CpuUsage.TotalTime;
                    _processors = (now - _measured) / elapsed;
                    (_measured, _measuredAt) = (now, time.GetTimestamp());
                }

                return _processors;
            }
        }
    }
}
