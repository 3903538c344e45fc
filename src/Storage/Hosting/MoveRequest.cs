using Progeny.Core.Common;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Hosting;

/// <summary>What is to be moved between.</summary>
/// <param name="DataFolder">The data folder of a node that stands alone.</param>
/// <param name="Cluster">The cluster: its database and its name.</param>
/// <param name="Artifacts">Where the cluster keeps its artifacts.</param>
public sealed record MoveRequest(string DataFolder, ClusterOptions Cluster, ArtifactsOptions Artifacts);
