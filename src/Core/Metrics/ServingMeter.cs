using System.Diagnostics.Metrics;
using System.Numerics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Queries;

namespace Progeny.Core.Metrics;

/// <summary>
/// Counts what a generation does on this silo, on the way of its queries: <see cref="Record"/> takes some 20 ns and, once a generation
/// is in use, allocates nothing. Thread-safe.
/// </summary>
/// <remarks>
/// There are more stripes than processors. A record goes to the stripe of the processor that it runs on, and to the next one where a
/// thread that lost its processor in the middle still holds it: no query ever waits for another.
/// </remarks>
public sealed class ServingMeter
{
    private static readonly int StripeCount = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2);

    private readonly ServingStripe[] _stripes = new ServingStripe[StripeCount];
    private readonly Lock _gate = new();
    private readonly ServingTotal _total = new();

    private readonly Histogram<double>? _latencies;
    private readonly KeyValuePair<string, object?> _project;
    private readonly KeyValuePair<string, object?> _version;

    /// <summary>Makes a meter; <see cref="ServingMeters.For"/> gives the one of this silo.</summary>
    /// <param name="isLogged">Whether the generation's queries are logged.</param>
    /// <param name="latencies">Is told every latency where somebody listens to it; null: nobody can.</param>
    public ServingMeter(GenerationReference generation, bool isLogged, Histogram<double>? latencies = null)
    {
        Generation = generation;
        IsLogged = isLogged;
        _latencies = latencies;
        _project = new("project", generation.Project);
        _version = new("version", generation.Version);
        for (var i = 0; i < _stripes.Length; i++)
            _stripes[i] = new ServingStripe();
    }

    /// <summary>Whose meter it is.</summary>
    public GenerationReference Generation { get; }

    /// <summary>Whether the generation's queries are logged, so that the perfdb counts them from the log.</summary>
    public bool IsLogged { get; }

    /// <summary>Counts a request that was answered.</summary>
    /// <param name="latency">The time to its answer, and the parts of it.</param>
    /// <param name="rows">The number of rows asked about.</param>
    /// <param name="failed">Whether the answer was an error.</param>
    public void Record(in QueryLatency latency, int rows, bool failed)
    {
        if (_latencies is { Enabled: true })
            _latencies.Record(latency.Total / 1e6, _project, _version);
        var mask = _stripes.Length - 1;
        for (var i = Thread.GetCurrentProcessorId(); ; i++)
        {
            if (_stripes[i & mask].TryRecord(latency, rows, failed))
                return;
        }
    }

    /// <summary>Takes out what was counted since the last time; null where nothing was.</summary>
    public ServingCounts? Drain()
    {
        lock (_gate)
        {
            var counts = new ServingCounts();
            foreach (var stripe in _stripes)
                stripe.CopyTo(counts, clear: true);
            if (counts.Requests == 0)
                return null;
            _total.Add(counts);
            return counts;
        }
    }

    /// <summary>What was counted since the meter was made, as of now.</summary>
    public ServingTotal Total()
    {
        lock (_gate)
        {
            var counts = new ServingCounts();
            foreach (var stripe in _stripes)
                stripe.CopyTo(counts, clear: false);
            var total = _total.Copy();
            total.Add(counts);
            return total;
        }
    }
}
