namespace Progeny.Core.Hosting;

/// <summary>All silos of the cluster, or the one of a node that stands alone.</summary>
public interface IClusterOverview
{
    /// <summary>The members, by name: those that are there, and those that were declared dead within the last hour.</summary>
    Task<IReadOnlyList<NodeOverview>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
