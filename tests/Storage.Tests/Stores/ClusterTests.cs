namespace Progeny.Storage.Tests.Stores;

/// <summary>Tests that share a PostgreSQL server.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterTests : ICollectionFixture<ClusterServer>
{
    public const string Name = "cluster";
}
