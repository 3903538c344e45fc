using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Telemetry;

namespace Progeny.Core.Metrics;

/// <summary>The meters of this silo, one for each generation that serves on it. Thread-safe.</summary>
public sealed class ServingMeters
{
    private readonly ConcurrentDictionary<GenerationReference, ServingMeter> _meters = new();
    private readonly Histogram<double>? _latencies;

    /// <param name="factory">For those who listen to latencies as they come; null: nobody does.</param>
    public ServingMeters(IMeterFactory? factory = null)
    {
        _latencies = factory?.Create(ProgenyTelemetry.Name)
            .CreateHistogram<double>("progeny.latency", "s", "The time from the arrival of a request to its answer.");
    }

    /// <summary>All meters, in no order.</summary>
    public IEnumerable<ServingMeter> All => _meters.Select(pair => pair.Value);

    /// <summary>The meter of a generation. Whoever records often keeps it: it stays the same as long as the silo lives.</summary>
    /// <param name="isLogged">Whether the generation's queries are logged; always the same for a generation.</param>
    public ServingMeter For(GenerationReference generation, bool isLogged) => _meters.GetOrAdd(
        generation,
        static (reference, of) => new ServingMeter(reference, of.IsLogged, of.Latencies),
        (IsLogged: isLogged, Latencies: _latencies));
}
