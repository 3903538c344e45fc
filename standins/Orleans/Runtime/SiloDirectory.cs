using System.Collections.Concurrent;

namespace Orleans.Runtime;

/// <summary>The silos of this process, for clients in other hosts of it.</summary>
internal static class SiloDirectory
{
    private static readonly ConcurrentDictionary<(string ClusterId, int GatewayPort), Silo> Silos = new();

    public static void Add(Silo silo, int gatewayPort)
    {
        if (!Silos.TryAdd((silo.ClusterId, gatewayPort), silo))
        {
            throw new OrleansConfigurationException(
                $"Another silo of the cluster «{silo.ClusterId}» runs in this process with the gateway port {gatewayPort}; give each its own ports.");
        }
    }

    public static void Remove(Silo silo)
    {
        foreach (var (key, value) in Silos)
        {
            if (ReferenceEquals(value, silo))
                Silos.TryRemove(new(key, value));
        }
    }

    /// <summary>The silo with one of these gateway ports; without any, the one silo of the cluster.</summary>
    public static Silo Find(string clusterId, IReadOnlyCollection<int> gatewayPorts) =>
        Silos.FirstOrDefault(each => each.Key.ClusterId == clusterId && (gatewayPorts.Count == 0 || gatewayPorts.Contains(each.Key.GatewayPort))).Value
        ?? throw new SiloUnavailableException(
            $"No silo of the cluster «{clusterId}» runs in this process{(gatewayPorts.Count == 0 ? "" : $" on gateway port {string.Join(", ", gatewayPorts)}")}. "
            + "The stand-in for Orleans does not leave the process: a client of a silo elsewhere needs the packages Microsoft.Orleans.Client and Microsoft.Orleans.Server 10.4.2.");
}
