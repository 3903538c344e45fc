using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>The settings of a client.</summary>
public static class ClientBuilderExtensions
{
    public static IClientBuilder ConfigureServices(this IClientBuilder builder, Action<IServiceCollection> configureDelegate)
    {
        configureDelegate(builder.Services);
        return builder;
    }

    public static IClientBuilder Configure<TOptions>(this IClientBuilder builder, Action<TOptions> configureOptions)
        where TOptions : class
    {
        builder.Services.Configure(configureOptions);
        return builder;
    }

    public static IClientBuilder Configure<TOptions>(this IClientBuilder builder, IConfiguration configuration)
        where TOptions : class
    {
        builder.Services.Configure<TOptions>(configuration);
        return builder;
    }

    public static IClientBuilder UseLocalhostClustering(
        this IClientBuilder builder, int gatewayPort = EndpointOptions.DEFAULT_GATEWAY_PORT, string serviceId = "dev", string clusterId = "dev") =>
        builder.UseLocalhostClustering([gatewayPort], serviceId, clusterId);

    public static IClientBuilder UseLocalhostClustering(
        this IClientBuilder builder, int[] gatewayPorts, string serviceId = "dev", string clusterId = "dev")
    {
        builder.UseStaticClustering(Array.ConvertAll(gatewayPorts, port => new IPEndPoint(IPAddress.Loopback, port)));
        builder.Services.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (
            options.ServiceId is "" or ClusterOptions.DefaultServiceId ? serviceId : options.ServiceId,
            options.ClusterId is "" or ClusterOptions.DefaultClusterId ? clusterId : options.ClusterId));
        return builder;
    }

    public static IClientBuilder UseStaticClustering(this IClientBuilder builder, params IPEndPoint[] endpoints)
    {
        builder.Services.Configure<GatewayPorts>(options => options.Ports.UnionWith(endpoints.Select(each => each.Port)));
        return builder;
    }

    /// <summary>Accepted; activities flow within a process by themselves.</summary>
    public static IClientBuilder AddActivityPropagation(this IClientBuilder builder) => builder;
}
