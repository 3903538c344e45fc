namespace Progeny.Core.Common;

/// <summary>What a process is in a cluster.</summary>
public enum ClusterRole
{
    /// <summary>It has a silo, and answers queries itself.</summary>
    Node,

    /// <summary>It has none, and passes all to nodes.</summary>
    Client,
}
