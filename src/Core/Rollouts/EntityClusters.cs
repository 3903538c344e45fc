using System.IO.Hashing;
using System.Text;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Rollouts;

/// <summary>The clusters that the statistics of experiments put entities in.</summary>
public static class EntityClusters
{
    /// <summary>Another one than any that chooses arms: a cluster says nothing of the arm.</summary>
    private const long Seed = 0x436C757374657273;

    /// <summary>
    /// The cluster of what chose a query's arm; null: the query was drawn by itself, or the log does not hold what it was drawn by.
    /// </summary>
    /// <param name="stickyKey">As the plan has it.</param>
    public static int? Of(QueryRecord record, string? stickyKey)
    {
        var key = stickyKey switch
        {
            null => record.Entity,
            RolloutPlan.QueryIdKey => null,
            _ => record.Fields?.GetValueOrDefault(stickyKey) is { } value ? ValueText.Of(value) : null,
        };
        return key is null ? null : Of(key);
    }

    /// <summary>The cluster of an entity, below <see cref="ClusterSums.Number"/>; the same on every node and in every version.</summary>
    public static int Of(string entity) => (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(entity), Seed) % ClusterSums.Number);
}
