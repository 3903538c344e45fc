using System.Collections.Immutable;

namespace Progeny.Core.Metrics;

/// <summary>
/// What a generation did on one silo since its start: counters that only grow, small enough to be kept for every generation.
/// </summary>
public sealed class ServingTotal
{
    private const int MinBound = 6;
    private const int GreatestBound = 26;

    private readonly long[] _below = new long[GreatestBound - MinBound + 1];

    /// <summary>The bounds of <see cref="Below"/> in microseconds: the powers of two from 64 µs to 67 s, where counts are exact.</summary>
    public static ImmutableArray<int> Bounds { get; } = [
        .. Enumerable.Range(MinBound, GreatestBound - MinBound + 1).Select(power => 1 << power),
    ];

    public long Requests { get; private set; }

    public long Rows { get; private set; }

    public long Errors { get; private set; }

    /// <summary>The sum of all latencies in microseconds.</summary>
    public long LatencySum { get; private set; }

    /// <summary>For each of <see cref="Bounds"/> the number of requests that took less.</summary>
    public ReadOnlySpan<long> Below => _below;

    internal void Add(ServingCounts counts)
    {
        Requests += counts.Requests;
        Rows += counts.Rows;
        Errors += counts.Errors;
        LatencySum += counts.Latency.Sum;
        for (var i = 0; i < _below.Length; i++)
            _below[i] += counts.Latency.CountBelow(Bounds[i]);
    }

    internal ServingTotal Copy()
    {
        var copy = new ServingTotal { Requests = Requests, Rows = Rows, Errors = Errors, LatencySum = LatencySum };
        _below.CopyTo(copy._below, 0);
        return copy;
    }
}
