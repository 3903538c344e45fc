namespace Progeny.Grains.Common;

/// <summary>
/// Which silo does what one of them does for all: reading the query log for the perfdb, and scoring outcomes. It is the first active silo
/// by address. While the members change two silos may take themselves for it: what they do must be right when it is done twice.
/// </summary>
internal sealed class Leadership(IClusterMembershipService membership, ILocalSiloDetails silo)
{
    /// <summary>Whether this silo is the one, as far as it knows.</summary>
    public bool IsLeader => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active)
        .Select(member => member.SiloAddress)
        .Append(silo.SiloAddress)
        .Min()!.Equals(silo.SiloAddress);
}
