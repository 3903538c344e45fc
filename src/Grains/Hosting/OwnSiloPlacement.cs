using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Progeny.Grains.Hosting;

/// <summary>Places a grain on the silo whose address is its key.</summary>
internal sealed class OwnSiloPlacement : PlacementStrategy
{
    /// <summary>Marks grains that are placed so.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class Attribute() : PlacementAttribute(new OwnSiloPlacement());

    /// <summary>The choice.</summary>
    internal sealed class Director : IPlacementDirector
    {
        public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
        {
            var key = target.GrainIdentity.Key.ToString()!;
            var wanted = SiloAddress.FromParsableString(key);
            return context.GetCompatibleSilos(target).Contains(wanted)
                ? Task.FromResult(wanted)
                : throw new SiloUnavailableException($"The silo {key} is not active.");
        }
    }
}
