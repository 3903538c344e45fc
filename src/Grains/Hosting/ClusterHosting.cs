using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;
using Progeny.Core.Common;
using Progeny.Grains.Common;
using Progeny.Grains.Security;
using ClusterOptions = Progeny.Core.Common.ClusterOptions;

namespace Progeny.Grains.Hosting;

/// <summary>
/// Makes a silo, or a process without one, a member of a cluster whose members, grain state and reminders are in PostgreSQL.
/// </summary>
public static class ClusterHosting
{
    // Of a cluster of two, one is enough. A silo that cannot write its vote to the database declares nobody dead.
    private const int Votes = 2;
    private const int MissedProbes = 2;
    private const int MaxName = 63;
    private const int StreamQueues = 2;

    private static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    // By the clocks of two machines: a silo that seems to have been joining for longer is declared dead. Clocks may be ten minutes apart.
    private static readonly TimeSpan MaxJoinTime = TimeSpan.FromMinutes(20);

    private static readonly TimeSpan StreamPullInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ClientResponseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The settings of the section <c>Cluster</c>.</summary>
    /// <exception cref="SettingException">One of them is wrong.</exception>
    public static ClusterOptions ReadCluster(this IConfiguration configuration)
    {
        var cluster = configuration.Read<ClusterOptions>("Cluster");
        if (!cluster.IsMember && cluster.Role != Core.Common.ClusterRole.Node)
            throw new SettingException(
                "Cluster:Role is client, and Cluster:ConnectionString is missing; it must name the database of the cluster whose nodes "
                    + "this process is to ask.");
        if (cluster.Id.Length is 0 or > MaxName
            || !cluster.Id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
            throw new SettingException(
                $"Cluster:Id is '{cluster.Id}'; it must be 1 to {MaxName} letters, digits, '-', '_' or '.', the same for all members of a "
                    + "cluster.");
        if (cluster.MaxConnections < ClusterOptions.MinConnections)
            throw new SettingException(
                $"Cluster:MaxConnections is {cluster.MaxConnections}; it must be {ClusterOptions.MinConnections} or more, the connections "
                    + "to the database that this process opens at most.");
        return cluster;
    }

    /// <summary>Makes a host without a silo a client of a cluster.</summary>
    /// <param name="connectionString">The database's connection string, with the limits of this process.</param>
    internal static void UseCluster(this IHostApplicationBuilder builder, ClusterOptions cluster, string connectionString) =>
        builder.UseOrleansClient(client =>
    {
        // It listens nowhere; silos elsewhere refuse it without a certificate.
        if (SiloTls.Add(
            builder.Services,
            builder.Configuration,
            builder.Configuration.Read<SiloOptions>("Silo").Tls,
            "Cluster:Role is client, which asks silos",
            isRemote: false) is { } certificate)
            client.UseTls(tls => SiloTls.Configure(tls, () => certificate.Current));
        client.Configure<Orleans.Configuration.ClusterOptions>(names => Name(names, cluster));
        client.Services.Configure<ExceptionSerializationOptions>(SendDatabaseErrors);
        client.UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = StorageNames.PostgresInvariant;
            clustering.ConnectionString = connectionString;
        });
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TableRefresh);
        // The answer of a silo that dies never comes.
        client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = ClientResponseTimeout);
        client.AddMemoryStreams(Abstractions.Common.StreamNames.QueryProvider, streams => streams.ConfigurePartitioning(StreamQueues));
        client.UseConnectionRetryFilter<ConnectionRetry>();
    });

    /// <summary>Makes a silo a member.</summary>
    /// <inheritdoc cref="UseCluster(IHostApplicationBuilder, ClusterOptions, string)"/>
    internal static void UseCluster(this ISiloBuilder silo, ClusterOptions cluster, SiloOptions options, string connectionString)
    {
        Check(options);
        var address = AddressOf(options);
        if (SiloTls.Add(
            silo.Services,
            silo.Configuration,
            options.Tls,
            $"The silo listens on {address} (Silo:Address)",
            !IPAddress.IsLoopback(address)) is { } certificate)
            silo.UseTls(tls => SiloTls.Configure(tls, () => certificate.Current));
        silo.Configure<Orleans.Configuration.ClusterOptions>(names => Name(names, cluster));
        silo.Services.Configure<ExceptionSerializationOptions>(SendDatabaseErrors);
        silo.Configure<Orleans.Configuration.SiloOptions>(names => names.SiloName = options.ShownName);
        silo.ConfigureEndpoints(address, options.ClusterPort, options.GatewayPort, listenOnAnyHostAddress: false);
        silo.UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = StorageNames.PostgresInvariant;
            clustering.ConnectionString = connectionString;
        });
        silo.UseAdoNetReminderService(reminders =>
        {
            reminders.Invariant = StorageNames.PostgresInvariant;
            reminders.ConnectionString = connectionString;
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = membership.MaxProbeTimeout = options.ProbeTimeout;
            membership.MinProbeTimeout = options.ProbeTimeout / 2;
            membership.NumMissedProbesLimit = MissedProbes;
            membership.NumVotesForDeathDeclaration = Votes;
            membership.TableRefreshTimeout = TableRefresh;
            membership.IAmAliveTablePublishTimeout = SignOfLife;
            membership.MaxJoinAttemptTime = MaxJoinTime;
            membership.ExtendProbeTimeoutDuringDegradation = false;
        });
        silo.Services.AddSingleton<ILocalSiloDetails, MemberDetails>();
        silo.Services.AddSingleton<NodeFault>();
        silo.Services.AddSingleton<IFatalErrorHandler>(services => services.GetRequiredService<NodeFault>());
        silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Grains, (services, _) => new ClusterGrainStorage(
            services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Database),
            services.GetRequiredService<IDatabaseHealth>(),
            services.GetRequiredService<IGrainContextAccessor>()));
        silo.AddAdoNetGrainStorage(StorageNames.PubSub, storage =>
        {
            storage.Invariant = StorageNames.PostgresInvariant;
            storage.ConnectionString = connectionString;
        });
    }

    /// <summary>A queue of a stream may be on another silo than the agent that reads it, which asks it again and again.</summary>
    internal static void UseFewMessages(this ISiloMemoryStreamConfigurator streams)
    {
        streams.ConfigurePartitioning(StreamQueues);
        streams.ConfigurePullingAgent(agent => agent.Configure(options => options.GetQueueMsgsTimerPeriod = StreamPullInterval));
    }

    private static void Name(Orleans.Configuration.ClusterOptions names, ClusterOptions cluster) =>
        names.ClusterId = names.ServiceId = cluster.Id;

    private static void Check(SiloOptions options)
    {
        if (options.Address is not null && options.ParsedAddress is null)
            throw new SettingException(
                $"Silo:Address is '{options.Address}'; it must be an IP address of this machine, such as 10.0.0.7, by which the other "
                    + "silos reach it.");
        if (options.ClusterPort is < 1 or > IPEndPoint.MaxPort)
            throw new SettingException($"Silo:Port is {options.Port}; in a cluster it must be a port, 1 to {IPEndPoint.MaxPort}.");
        if (options.GatewayPort is < 0 or > IPEndPoint.MaxPort || options.GatewayPort == options.ClusterPort)
            throw new SettingException(
                $"Silo:GatewayPort is {options.GatewayPort}; it must be a port other than Silo:Port, or 0 where no process without a silo "
                    + "may connect here.");
        if (options.RoleList.Length == 0 || options.RoleList.FirstOrDefault(role => !SiloRoles.All.Contains(role)) is not null)
            throw new SettingException(
                $"Silo:Roles is '{options.Roles}'; it must be one or more of {string.Join(", ", SiloRoles.All)}, with commas between "
                    + "them.");
        if (options.ProbeTimeout < TimeSpan.FromMilliseconds(200) || options.ProbeTimeout > TimeSpan.FromMinutes(1))
            throw new SettingException($"Silo:ProbeTimeout is {options.ProbeTimeout}; it must be 00:00:00.2 to 00:01:00.");
    }

    /// <summary>Errors of the driver, which the table of reminders throws, reach a caller on another silo as what they are.</summary>
    private static void SendDatabaseErrors(ExceptionSerializationOptions options) => options.SupportedNamespacePrefixes.Add("Npgsql");

    /// <summary>Where the silo listens.</summary>
    private static IPAddress AddressOf(SiloOptions options) => options.ParsedAddress
        ?? NetworkInterface.GetAllNetworkInterfaces()
            .Where(network =>
                network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)
        ?? IPAddress.Loopback;
}
