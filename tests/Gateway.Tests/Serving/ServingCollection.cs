namespace Progeny.Gateway.Tests.Serving;

[CollectionDefinition(Name)]
public sealed class ServingCollection : ICollectionFixture<ServingNode>
{
    public const string Name = "serving";
}
