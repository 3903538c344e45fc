namespace Progeny.Core.Common;

/// <summary>What makes a process a member of a cluster, configuration section <c>Cluster</c>.</summary>
public sealed class ClusterOptions
{
    /// <summary>The least that <see cref="MaxConnections"/> can be.</summary>
    public const int MinConnections = 5;

    /// <summary>What the state of grains of a node that stands alone is stored under, in place of a cluster's <see cref="Id"/>.</summary>
    public const string AloneServiceId = "default";

    /// <summary>
    /// The connection string of the cluster's PostgreSQL database, as Npgsql reads it; null: this node stands alone, with a data folder for
    /// everything.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>The name of the cluster. A database belongs to one cluster, and refuses members of another.</summary>
    public string Id { get; set; } = "progeny";

    /// <summary>Whether this process has a silo, or asks those of others.</summary>
    public ClusterRole Role { get; set; } = ClusterRole.Node;

    /// <summary>The most connections to the database that this process opens.</summary>
    public int MaxConnections { get; set; } = 20;

    /// <summary>Whether this process is a member of a cluster.</summary>
    public bool IsMember => !string.IsNullOrEmpty(ConnectionString);
}
