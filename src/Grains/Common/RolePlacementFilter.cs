using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Progeny.Grains.Common;

/// <summary>Silos of a role, among those that a grain can be placed on.</summary>
internal sealed class RolePlacementFilter(string role) : PlacementFilterStrategy(order: 1)
{
    private const string RoleProperty = "progeny.role";

    /// <summary>For Orleans, which fills it from the properties of a grain's type.</summary>
    public RolePlacementFilter()
        : this("")
    {
    }

    public string Role { get; private set; } = role;

    public override void AdditionalInitialize(GrainProperties properties) =>
        Role = GetPlacementFilterGrainProperty(RoleProperty, properties) ?? "";

    protected override IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) =>
        [new(RoleProperty, Role)];

    /// <summary>The choice of silos, by the metadata that each of them tells of itself.</summary>
    internal sealed class Director(ISiloMetadataCache metadata) : IPlacementFilterDirector
    {
        public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filter, PlacementTarget target, IEnumerable<SiloAddress> silos)
        {
            var role = ((RolePlacementFilter)filter).Role;
            SiloAddress[] found = [.. silos.Where(silo => metadata.GetSiloMetadata(silo).Metadata.ContainsKey(role))];
            return found is []
                ? throw new OrleansException($"No silo of the cluster has the role '{role}' (Silo:Roles); start one.")
                : found;
        }
    }
}
