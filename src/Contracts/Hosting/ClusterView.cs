namespace Progeny.Contracts.Hosting;

/// <summary>The members of a cluster; a node that stands alone is its only one.</summary>
public sealed record ClusterView(IReadOnlyList<NodeView> Nodes);
