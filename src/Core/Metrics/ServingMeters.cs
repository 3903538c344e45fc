using System.Collections.Concurrent;
using Progeny.Abstractions.Lifecycle;

namespace Progeny.Core.Metrics;

/// <summary>The meters of this silo, one for each generation that serves on it. Thread-safe.</summary>
public sealed class ServingMeters
{
    private readonly ConcurrentDictionary<GenerationReference, ServingMeter> _meters = new();

    /// <summary>All meters, in no order.</summary>
    public IEnumerable<ServingMeter> All => _meters.Select(pair => pair.Value);

    /// <summary>The meter of a generation. Whoever records often keeps it: it stays the same as long as the silo lives.</summary>
    public ServingMeter For(GenerationReference generation) => _meters.GetOrAdd(generation, static reference => new ServingMeter(reference));
}
