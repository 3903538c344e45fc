namespace Progeny.Grains.Common;

/// <summary>What this silo does.</summary>
/// <param name="Roles">One or more of <see cref="SiloRoles"/>.</param>
public sealed record SiloRoleList(IReadOnlyList<string> Roles)
{
    /// <summary>Whether online agents and models are on this silo.</summary>
    public bool IsServing => Roles.Contains(SiloRoles.Serving);
}
