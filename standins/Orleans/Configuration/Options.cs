using System.Net;

namespace Orleans.Configuration;

/// <summary>The names of the cluster and of the service whose state it keeps.</summary>
public class ClusterOptions
{
    public const string DefaultClusterId = "default";
    public const string DefaultServiceId = "default";

    public string ClusterId { get; set; } = DefaultClusterId;

    public string ServiceId { get; set; } = DefaultServiceId;
}

/// <summary>The name of the silo.</summary>
public class SiloOptions
{
    public string SiloName { get; set; } = $"Silo_{Guid.NewGuid():N}"[..10];
}

/// <summary>The addresses of the silo; the stand-in listens on none of them.</summary>
public class EndpointOptions
{
    public const int DEFAULT_SILO_PORT = 11111;
    public const int DEFAULT_GATEWAY_PORT = 30000;

    public IPAddress AdvertisedIPAddress { get; set; } = IPAddress.Loopback;

    public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

    public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;

    public IPEndPoint? SiloListeningEndpoint { get; set; }

    public IPEndPoint? GatewayListeningEndpoint { get; set; }
}

/// <summary>How callers wait.</summary>
public abstract class MessagingOptions
{
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan ResponseTimeoutWithDebugger { get; set; } = TimeSpan.FromMinutes(30);

    public bool DropExpiredMessages { get; set; } = true;

    /// <summary>Whether a time-out signals the callee's cancellation token.</summary>
    public bool CancelRequestOnTimeout { get; set; }

    /// <summary>Whether a caller that cancels waits for the callee's answer.</summary>
    public bool WaitForCancellationAcknowledgement { get; set; }

    public int MaxMessageHeaderSize { get; set; } = 10 * 1024 * 1024;

    public int MaxMessageBodySize { get; set; } = 100 * 1024 * 1024;
}

/// <inheritdoc/>
public class SiloMessagingOptions : MessagingOptions
{
    public TimeSpan SystemResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan MaxRequestProcessingTime { get; set; } = TimeSpan.FromHours(2);

    public TimeSpan RequestProcessingWarningTime { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan RequestQueueDelayWarningTime { get; set; } = TimeSpan.FromSeconds(10);

    public int MaxEnqueuedRequestsHardLimit { get; set; }

    public int MaxEnqueuedRequestsSoftLimit { get; set; }
}

/// <inheritdoc/>
public class ClientMessagingOptions : MessagingOptions;

/// <summary>When idle activations go.</summary>
public class GrainCollectionOptions
{
    public static readonly TimeSpan DEFAULT_COLLECTION_QUANTUM = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan DEFAULT_ACTIVATION_TIMEOUT = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan DEFAULT_DEACTIVATION_TIMEOUT = TimeSpan.FromSeconds(30);

    /// <summary>How often idle activations are looked for.</summary>
    public TimeSpan CollectionQuantum { get; set; } = DEFAULT_COLLECTION_QUANTUM;

    /// <summary>How long an activation stays without being used.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The same by the full name of the grain class.</summary>
    public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];

    public TimeSpan ActivationTimeout { get; set; } = DEFAULT_ACTIVATION_TIMEOUT;

    public TimeSpan DeactivationTimeout { get; set; } = DEFAULT_DEACTIVATION_TIMEOUT;
}

/// <summary>Accepted for its name; the stand-in has one quantum.</summary>
public class SchedulingOptions
{
    public TimeSpan ActivationSchedulingQuantum { get; set; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan TurnWarningLengthThreshold { get; set; } = TimeSpan.FromSeconds(1);

    public TimeSpan DelayWarningThreshold { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Accepted for its name; there is one silo.</summary>
public class ClusterMembershipOptions
{
    public int NumMissedProbesLimit { get; set; } = 3;

    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan TableRefreshTimeout { get; set; } = TimeSpan.FromSeconds(60);

    public TimeSpan DefunctSiloExpiration { get; set; } = TimeSpan.FromDays(7);

    public TimeSpan? DefunctSiloCleanupPeriod { get; set; } = TimeSpan.FromHours(1);

    public int NumVotesForDeathDeclaration { get; set; } = 2;

    public TimeSpan DeathVoteExpirationTimeout { get; set; } = TimeSpan.FromMinutes(2);

    public int NumProbedSilos { get; set; } = 10;

    public TimeSpan IAmAliveTablePublishTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan MaxJoinAttemptTime { get; set; } = TimeSpan.FromMinutes(5);
}
