using System.Diagnostics;

namespace Progeny.Core.QueryLog;

/// <summary>Wakes the one thread that writes records, as soon as the most urgent of the callers needs it.</summary>
/// <remarks>The thread waits on the clock of the machine: a timer of the thread pool would come late when the pool is busy.</remarks>
/// <param name="gather">How long records gather.</param>
/// <param name="upkeep">How long the thread waits where there are none.</param>
internal sealed class FlushSignal(TimeSpan gather, TimeSpan upkeep) : IDisposable
{
    private readonly AutoResetEvent wake = new(false);
    private volatile FlushUrgency wanted;
    private volatile bool stopping;
    private long taken;

    /// <summary>Asks for the records to be written.</summary>
    public void Raise(FlushUrgency urgency)
    {
        for (var seen = wanted; seen < urgency; seen = wanted)
        {
            if (Interlocked.CompareExchange(ref wanted, urgency, seen) != seen)
                continue;
            wake.Set();
            return;
        }
    }

    /// <summary>Asks for all that gathered to be written for the last time.</summary>
    public void Stop()
    {
        stopping = true;
        wake.Set();
    }

    /// <summary>Waits for a time, or until something is asked for.</summary>
    public void Wait(TimeSpan time) => wake.WaitOne(time);

    /// <summary>Waits until what has gathered is to be written, or upkeep is due.</summary>
    public void WaitForRecords()
    {
        // What came while the last batch was written has waited since then, at the worst.
        var since = taken;
        while (!stopping && wanted == FlushUrgency.None)
        {
            if (!wake.WaitOne(upkeep))
                return;
            since = Stopwatch.GetTimestamp();
        }

        while (!stopping && wanted == FlushUrgency.Soon && gather - Stopwatch.GetElapsedTime(since) is { Ticks: > 0 } left)
            wake.WaitOne(left);
    }

    /// <summary>Takes what was asked for: records that come from now on ask anew.</summary>
    /// <returns>Whether it is the last time.</returns>
    public bool Take()
    {
        var last = stopping;
        wanted = FlushUrgency.None;
        taken = Stopwatch.GetTimestamp();
        return last;
    }

    public void Dispose()
    {
        stopping = true;
        wake.Dispose();
    }
}
