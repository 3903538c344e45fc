namespace Progeny.Cluster.Tests;

/// <summary>The tests that share a <see cref="ClusterFixture"/>, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFixture>
{
    public const string Name = "cluster";
}
