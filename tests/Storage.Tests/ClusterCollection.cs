namespace Progeny.Storage.Tests;

/// <summary>The tests that share a <see cref="ClusterServer"/>, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ClusterServer>
{
    public const string Name = "cluster";
}
