namespace Progeny.Storage.Tests.Stores;

/// <summary>Tests that share a PostgreSQL server.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterTests : ICollectionFixture<StoreServer>
{
    public const string Name = "cluster";
}
