using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>A silo: the grains of one host.</summary>
internal sealed class Silo : IGrainRuntime, ILocalSiloDetails
{
    private readonly Lock gate = new();
    private readonly LifecycleSubject lifecycle;
    private readonly EndpointOptions endpoints;
    private ITimer? collector;
    private ITimer? expirer;

    public Silo(
        IServiceProvider services,
        ILoggerFactory loggers,
        IOptions<ClusterOptions> cluster,
        IOptions<SiloOptions> silo,
        IOptions<EndpointOptions> endpoints,
        IOptions<SiloMessagingOptions> messaging,
        IOptions<GrainCollectionOptions> collection,
        TimeProvider time)
    {
        Services = services;
        Logger = loggers.CreateLogger("Orleans.Silo");
        Time = time;
        CollectionOptions = collection.Value;
        Name = silo.Value.SiloName;
        (ClusterId, ServiceId) = (cluster.Value.ClusterId, cluster.Value.ServiceId);
        this.endpoints = endpoints.Value;
        Address = SiloAddress.New(this.endpoints.AdvertisedIPAddress, this.endpoints.SiloPort, SiloAddress.AllocateNewGeneration());
        Catalog = new Catalog(this);
        Runtime = new GrainRuntime(messaging.Value, Classes, services, services.GetServices<IOutgoingGrainCallFilter>()) { Silo = this };
        ExpirationPeriod = TimeSpan.FromMilliseconds(Math.Clamp(messaging.Value.ResponseTimeout.TotalMilliseconds / 4, 10, 250));
        lifecycle = new LifecycleSubject(Logger);
    }

    public IServiceProvider Services { get; }

    public ILogger Logger { get; }

    public TimeProvider Time { get; }

    public GrainCollectionOptions CollectionOptions { get; }

    public GrainClasses Classes { get; } = GrainClasses.Instance;

    public Catalog Catalog { get; }

    public GrainRuntime Runtime { get; }

    public string Name { get; }

    public string ClusterId { get; }

    public string ServiceId { get; }

    public string DnsHostName => Dns.GetHostName();

    public SiloAddress Address { get; }

    public SiloAddress GatewayAddress => SiloAddress.New(endpoints.AdvertisedIPAddress, endpoints.GatewayPort, Address.Generation);

    public SiloStatus Status { get; private set; } = SiloStatus.Created;

    /// <summary>Set when the silo stops: only grains that are still ending may activate others.</summary>
    public bool Closing { get; set; }

    public IIncomingGrainCallFilter[] IncomingFilters { get; private set; } = [];

    public ISiloLifecycle Lifecycle => lifecycle;

    private TimeSpan ExpirationPeriod { get; }

    string IGrainRuntime.SiloIdentity => Address.ToString();

    SiloAddress IGrainRuntime.SiloAddress => Address;

    SiloAddress ILocalSiloDetails.SiloAddress => Address;

    IGrainFactory IGrainRuntime.GrainFactory => Runtime.Factory;

    Timers.ITimerRegistry IGrainRuntime.TimerRegistry => Services.GetRequiredService<Timers.ITimerRegistry>();

    IServiceProvider IGrainRuntime.ServiceProvider => Services;

    TimeProvider IGrainRuntime.TimeProvider => Time;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var validator in Services.GetServices<IConfigurationValidator>())
            validator.ValidateConfiguration();
        IncomingFilters = [.. Services.GetServices<IIncomingGrainCallFilter>()];
        Status = SiloStatus.Joining;
        lifecycle.Subscribe("Silo directory", ServiceLifecycleStage.RuntimeInitialize, Join, Leave);
        lifecycle.Subscribe("Active", ServiceLifecycleStage.BecomeActive, BecomeActiveAsync, StopAcceptingAsync);
        lifecycle.Subscribe("Deactivation", ServiceLifecycleStage.GrainDeactivation, _ => Task.CompletedTask, DeactivateAllAsync);
        foreach (var participant in Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
            participant.Participate(lifecycle);
        try
        {
            await lifecycle.OnStart(cancellationToken);
        }
        catch
        {
            await lifecycle.OnStop(cancellationToken);
            Status = SiloStatus.Dead;
            throw;
        }

        Logger.LogInformation("Silo {Name} is up at {Address} (one process, cluster {ClusterId}).", Name, Address, ClusterId);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Status = SiloStatus.ShuttingDown;
        await lifecycle.OnStop(cancellationToken);
        Status = SiloStatus.Dead;
    }

    /// <summary>Lets services take part in the life of an activation.</summary>
    public void Configure(Activation activation)
    {
        foreach (var action in Services.GetServices<IConfigureActivation>())
            action.Configure(activation);
    }

    public void DeactivateOnIdle(IGrainContext grainContext) => grainContext.Deactivate(
        new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "DeactivateOnIdle was called."));

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan) => ((Activation)grainContext).DelayDeactivation(timeSpan);

    public Core.IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext)
    {
        var activation = (Activation)grainContext;
        return activation.CreateStorage<TGrainState>("state", activation.Class.StorageName);
    }

    /// <summary>Ends the activations that nobody has used for the age limit of their class, or for <paramref name="age"/>.</summary>
    public async Task CollectAsync(TimeSpan? age, CancellationToken cancellationToken)
    {
        List<Task> ended = [];
        foreach (var activation in Catalog.Activations)
        {
            var limit = age ?? AgeLimit(activation.Class);
            if (limit == Timeout.InfiniteTimeSpan || activation.Class.AgeLimit == Timeout.InfiniteTimeSpan
                || activation.State != ActivationState.Valid || activation.IdleTime is var idle && (idle == TimeSpan.Zero || idle < limit))
            {
                continue;
            }

            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, $"Nobody used it for {limit}."), cancellationToken);
            ended.Add(activation.Deactivated);
        }

        await Task.WhenAll(ended).WaitAsync(cancellationToken);
    }

    private TimeSpan AgeLimit(GrainClass grainClass) =>
        CollectionOptions.ClassSpecificCollectionAge.TryGetValue(grainClass.Type.FullName!, out var special)
            ? special
            : grainClass.AgeLimit ?? CollectionOptions.CollectionAge;

    private Task Join(CancellationToken cancellationToken)
    {
        SiloDirectory.Add(this, endpoints.GatewayPort);
        expirer = TimeProvider.System.CreateTimer(_ => Catalog.ExpireRequests(Environment.TickCount64), null, ExpirationPeriod, ExpirationPeriod);
        collector = Time.CreateTimer(_ => _ = CollectInBackgroundAsync(), null, CollectionOptions.CollectionQuantum, CollectionOptions.CollectionQuantum);
        return Task.CompletedTask;
    }

    private Task Leave(CancellationToken cancellationToken)
    {
        SiloDirectory.Remove(this);
        lock (gate)
        {
            expirer?.Dispose();
            collector?.Dispose();
        }

        return Task.CompletedTask;
    }

    private Task BecomeActiveAsync(CancellationToken cancellationToken)
    {
        Status = SiloStatus.Active;
        return Task.CompletedTask;
    }

    private Task StopAcceptingAsync(CancellationToken cancellationToken)
    {
        Status = SiloStatus.Stopping;
        return Task.CompletedTask;
    }

    private Task DeactivateAllAsync(CancellationToken cancellationToken) => Catalog.CloseAsync(
        new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is stopping."), cancellationToken);

    private async Task CollectInBackgroundAsync()
    {
        try
        {
            await CollectAsync(null, CancellationToken.None);
        }
        catch (Exception exception)
        {
            Logger.LogError(exception, "Idle activations could not be collected.");
        }
    }
}
