using System.Runtime.InteropServices;
using Progeny.Core.Queries;

namespace Progeny.Core.Metrics;

/// <summary>
/// One part of a meter, held by one thread for a few nanoseconds at a time. Its fields lie apart from everything else that a processor
/// might write, two cache lines on either side.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 320)]
internal sealed class ServingStripe
{
    [FieldOffset(128)]
    private int[]? _latencies;

    [FieldOffset(136)]
    private int _held;

    [FieldOffset(144)]
    private long _total;

    [FieldOffset(152)]
    private long _rows;

    [FieldOffset(160)]
    private long _errors;

    [FieldOffset(168)]
    private long _augment;

    [FieldOffset(176)]
    private long _queue;

    [FieldOffset(184)]
    private long _predict;

    [FieldOffset(192)]
    private long _requests;

    /// <summary>Counts a request, unless another thread holds the stripe.</summary>
    public bool TryRecord(in QueryLatency latency, int rows, bool failed)
    {
        if (Volatile.Read(ref _held) != 0 || Interlocked.CompareExchange(ref _held, 1, 0) != 0)
            return false;
        try
        {
            var latencies = _latencies ??= new int[LatencyHistogram.BucketCount];
            latencies[LatencyHistogram.BucketOf(latency.Total)]++;
            _requests++;
            _total += Math.Max(latency.Total, 0);
            _rows += rows;
            _errors += failed ? 1 : 0;
            _augment += latency.Augment;
            _queue += latency.Queue;
            _predict += latency.Predict;
            return true;
        }
        finally
        {
            Volatile.Write(ref _held, 0);
        }
    }

    /// <summary>Adds what was counted to <paramref name="target"/>, and starts anew where asked.</summary>
    public void CopyTo(ServingCounts target, bool clear)
    {
        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref _held, 1, 0) != 0)
            wait.SpinOnce();
        try
        {
            Copy(target);
            if (clear)
                Clear();
        }
        finally
        {
            Volatile.Write(ref _held, 0);
        }
    }

    private void Copy(ServingCounts target)
    {
        if (_requests == 0)
            return;
        target.Latency.Add(_latencies, _total);
        target.Rows += _rows;
        target.Errors += _errors;
        target.AugmentMicroseconds += _augment;
        target.QueueMicroseconds += _queue;
        target.PredictMicroseconds += _predict;
    }

    private void Clear()
    {
        // A generation that nobody asks any more takes no memory.
        if (_requests == 0)
            _latencies = null;
        else
            Array.Clear(_latencies!);
        _requests = _total = _rows = _errors = _augment = _queue = _predict = 0;
    }
}
