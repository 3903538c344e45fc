namespace Progeny.Core.Tests;

/// <summary>Tests that measure this process run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
