using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;
using Progeny.Grains.Gates;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>
/// The gates of a node, which cannot be asked about some generations: what was stored by then is as a kill would leave it.
/// </summary>
internal sealed class FaultyGates(IGatekeeper gates) : IGatekeeper
{
    private int asked;

    /// <summary>The generation about which nothing can be asked.</summary>
    public GenerationReference? Fails { get; set; }

    /// <summary>How often that was tried.</summary>
    public int Asked => Volatile.Read(ref asked);

    /// <summary>Registers it in the place of the node's own gatekeeper.</summary>
    public static void Wrap(IServiceCollection services)
    {
        var own = services.Last(service => service.ServiceType == typeof(IGatekeeper));
        services.Replace(
            ServiceDescriptor.Singleton<IGatekeeper>(
                provider => new FaultyGates((IGatekeeper)ActivatorUtilities.CreateInstance(provider, own.ImplementationType!))));
    }

    public Task<GateReport> CheckAsync(
        GenerationReference candidate, Stage before, GateOccasion occasion, CancellationToken cancellationToken)
    {
        if (candidate != Fails)
            return gates.CheckAsync(candidate, before, occasion, cancellationToken);
        Interlocked.Increment(ref asked);
        throw new IOException("The disk stands still.");
    }

    public Task<GateReport> TryAsync(GenerationReference candidate, Stage before, CancellationToken cancellationToken) =>
        gates.TryAsync(candidate, before, cancellationToken);
}
