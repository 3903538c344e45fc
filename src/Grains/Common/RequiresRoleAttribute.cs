using Orleans.Placement;

namespace Progeny.Grains.Common;

/// <summary>Places a grain on silos of a role (<see cref="SiloRoles"/>) only.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RequiresRoleAttribute(string role) : PlacementFilterAttribute(new RolePlacementFilter(role));
