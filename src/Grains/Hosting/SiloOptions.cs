using System.Net;
using Progeny.Grains.Common;
using Progeny.Grains.Security;

namespace Progeny.Grains.Hosting;

/// <summary>Settings of the silo, configuration section <c>Silo</c>. A node that stands alone uses <see cref="Port"/> only.</summary>
public sealed class SiloOptions
{
    /// <summary>
    /// The port for other silos. Of a node that stands alone it is on loopback; 0: any free one. In a cluster 11111 where it is not set.
    /// </summary>
    public int? Port { get; set; }

    /// <summary>The port for processes without a silo (<c>Cluster:Role=client</c>); 0: none of them may connect here.</summary>
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>
    /// The IP address by which other silos reach this one, where it listens; null: the first address of this machine that is not loopback.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>The name of this process in lists, metrics and traces, of one without a silo as well; null: the machine's name.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// What this silo does, as a list with commas: <c>serving</c> (it answers queries) and <c>training</c> (it runs jobs).
    /// </summary>
    public string Roles { get; set; } = $"{SiloRoles.Serving},{SiloRoles.Training}";

    /// <summary>
    /// How long a silo waits for the answer of another that it asks whether it lives. One that leaves two such questions unanswered is
    /// declared dead: after about three times this. Less finds the dead sooner, and takes a silo for dead that was only busy.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The certificate by which members of the cluster know each other.</summary>
    public SiloTlsOptions Tls { get; } = new();

    /// <summary><see cref="Port"/>, or what holds in a cluster where it is not set.</summary>
    internal int ClusterPort => Port ?? 11_111;

    /// <summary><see cref="Address"/> as an address; null: it is not set, or none.</summary>
    internal IPAddress? ParsedAddress => IPAddress.TryParse(Address, out var address) ? address : null;

    /// <summary><see cref="Roles"/> one by one.</summary>
    internal string[] RoleList =>
        [.. Roles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether the silo answers queries.</summary>
    internal bool IsServing => RoleList.Contains(SiloRoles.Serving);

    /// <summary><see cref="Name"/>, or what holds where it is not set.</summary>
    internal string ShownName => string.IsNullOrEmpty(Name) ? Environment.MachineName : Name;
}
