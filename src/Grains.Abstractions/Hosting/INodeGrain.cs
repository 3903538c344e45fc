namespace Progeny.Abstractions.Hosting;

/// <summary>One silo, as operators watch it. Its key is the address of the silo, and it is there.</summary>
[Alias("progeny.node")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>What the silo does now.</summary>
    [Alias("get-status")]
    Task<NodeStatus> GetStatus();
}
