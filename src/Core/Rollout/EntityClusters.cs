using System.Text;
using Progeny.Abstractions.Rollout;

namespace Progeny.Core.Rollout;

/// <summary>The clusters that the statistics of experiments put entities in.</summary>
public static class EntityClusters
{
    /// <summary>Another one than any that chooses arms: a cluster says nothing of the arm.</summary>
    private const ulong Seed = 0x436C757374657273;

    /// <summary>The cluster of an entity, below <see cref="ClusterSums.Number"/>; the same on every node and in every version.</summary>
    public static int Of(string entity) => (int)(KeyHash.Of(Encoding.UTF8.GetBytes(entity), Seed) % ClusterSums.Number);
}
