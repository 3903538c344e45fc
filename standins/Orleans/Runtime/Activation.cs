using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.Invocation;
using Orleans.Persistence;

namespace Orleans.Runtime;

/// <summary>
/// One activation of a grain: its object, its queue of requests, and the task scheduler of its turns. At most one thread runs
/// turns of it at a time.
/// </summary>
internal sealed partial class Activation : TaskScheduler, IGrainContext, IWorkItemScheduler, IRequestReceiver, IThreadPoolWorkItem, ICallChainReentrantGrainContext
{
    private readonly Lock gate = new();
    private readonly StatelessWorkers? group;
    private readonly Dictionary<Type, object> components = [];
    private GrainReference? reference;
    private IServiceScope? scope;
    private object? instance;

    public Activation(Silo silo, GrainClass grainClass, GrainId id, StatelessWorkers? group)
    {
        Silo = silo;
        Class = grainClass;
        GrainId = id;
        this.group = group;
        lifecycle = new(() => new LifecycleSubject(silo.Logger));
        lastUse = silo.Time.GetTimestamp();
    }

    public Silo Silo { get; }

    public GrainClass Class { get; }

    public GrainId GrainId { get; }

    public ActivationId ActivationId { get; } = ActivationId.NewId();

    public object? GrainInstance => instance;

    public IServiceProvider ActivationServices => (scope ??= Silo.Services.CreateScope()).ServiceProvider;

    public IWorkItemScheduler Scheduler => this;

    public IGrainLifecycle ObservableLifecycle => lifecycle.Value;

    public bool HasIncomingFilters => Silo.IncomingFilters.Length > 0 || instance is IIncomingGrainCallFilter;

    public GrainAddress Address => new() { GrainId = GrainId, ActivationId = ActivationId, SiloAddress = Silo.Address };

    public GrainReference GrainReference => reference ??= Silo.Runtime.Factory.GetReference(GrainId, Silo.Classes.InterfaceOf(GrainId.Type));

    public object? GetTarget() => instance;

    public object? GetComponent(Type componentType)
    {
        lock (gate)
            return components.GetValueOrDefault(componentType) ?? (componentType.IsInstanceOfType(instance) ? instance : null);
    }

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class
    {
        lock (gate)
        {
            if (value is null)
                components.Remove(typeof(TComponent));
            else
                components[typeof(TComponent)] = value;
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => ActivationId.GetHashCode();

    public object CreatePersistentState(ParameterInfo parameter, PersistentStateAttribute attribute)
    {
        if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
            throw new OrleansConfigurationException($"{Class.Type.FullName}: [PersistentState] on «{parameter.Name}» needs an IPersistentState<T>.");
        var create = typeof(Activation).GetMethod(nameof(CreateStorage), BindingFlags.Instance | BindingFlags.Public)!;
        return create.MakeGenericMethod(parameter.ParameterType.GetGenericArguments()).Invoke(
            this, BindingFlags.DoNotWrapExceptions, null, [attribute.StateName, attribute.StorageName], null)!;
    }

    /// <summary>A state that is read before the grain is activated.</summary>
    public IPersistentState<TState> CreateStorage<TState>(string stateName, string? storageName)
    {
        var storage = StorageDirectory.Get(ActivationServices, storageName, Class.Type);
        var persistent = new PersistentState<TState>(stateName, this, storage);
        lifecycle.Value.Subscribe(stateName, GrainLifecycleStage.SetupState, persistent.ReadStateAsync);
        return persistent;
    }

    public override string ToString() => $"{GrainId}{ActivationId}";
}
