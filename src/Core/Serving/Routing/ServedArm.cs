using Progeny.Core.Metrics;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Serving.Routing;

/// <summary>A generation that answers queries on this silo, its model loaded until disposed.</summary>
/// <param name="Name">The name under which it is logged, e.g. <c>champion</c>.</param>
/// <param name="Meter">Counts what the generation does on this silo.</param>
public sealed record ServedArm(string Name, ServedGeneration Served, ModelLease Lease, ServingMeter Meter) : IDisposable
{
    public LoadedModel Model => Lease.Model;

    public void Dispose() => Lease.Dispose();
}
