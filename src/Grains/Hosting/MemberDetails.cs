using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Progeny.Core.Common;

namespace Progeny.Grains.Hosting;

/// <summary>
/// The name and the address of this silo. Orleans numbers the starts of a silo by its clock, and refuses one whose number is below that of
/// its predecessor at the same address; here the number is above it, although the clock was set back meanwhile.
/// </summary>
internal sealed class MemberDetails(
    IOptions<Orleans.Configuration.SiloOptions> silo,
    IOptions<Orleans.Configuration.ClusterOptions> cluster,
    IOptions<EndpointOptions> endpoints,
    IMemberNumbers numbers) : ILocalSiloDetails
{
    private readonly Lazy<SiloAddress> _address = new(
        () => Number(new(endpoints.Value.AdvertisedIPAddress, endpoints.Value.SiloPort), numbers));

    /// <inheritdoc/>
    public string Name => silo.Value.SiloName;

    /// <inheritdoc/>
    public string ClusterId => cluster.Value.ClusterId;

    /// <inheritdoc/>
    public string DnsHostName { get; } = Dns.GetHostName();

    /// <inheritdoc/>
    public SiloAddress SiloAddress => _address.Value;

    /// <inheritdoc/>
    public SiloAddress GatewayAddress { get; } =
        endpoints.Value.GatewayPort > 0 ? SiloAddress.New(endpoints.Value.AdvertisedIPAddress, endpoints.Value.GatewayPort, 0) : null!;

    private static SiloAddress Number(IPEndPoint address, IMemberNumbers numbers)
    {
        var byClock = SiloAddress.AllocateNewGeneration();
        return SiloAddress.New(address, numbers.FindLast(address) is { } last && last >= byClock ? last + 1 : byClock);
    }
}
