namespace Progeny.Storage.Common.Postgres;

/// <summary>A database belongs to a cluster of another name.</summary>
public sealed class ClusterNameException(string database, string found, string wanted) : IOException(
    $"The database '{database}' belongs to the cluster '{found}', and this node to '{wanted}': set Cluster:Id to '{found}', or name "
        + "another database in Cluster:ConnectionString.");
