using Orleans.Invocation;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>What the attributes and the constructor of a grain class say.</summary>
internal sealed class GrainClass
{
    private readonly Func<object, Request, bool>? mayInterleave;
    private readonly ConstructorInfo constructor;
    private readonly Lazy<ObjectFactory> factory;
    private readonly (ParameterInfo Parameter, PersistentStateAttribute State)[] states;

    public GrainClass(Type type)
    {
        Type = type;
        GrainType = GrainType.Create(type.GetCustomAttribute<GrainTypeAttribute>(false)?.GrainType ?? NameByConvention(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), true);
        MaxLocalWorkers = type.GetCustomAttribute<StatelessWorkerAttribute>()?.MaxLocalWorkers;
        AgeLimit = type.GetCustomAttribute<CollectionAgeLimitAttribute>() is { AgeLimit: var limit } && limit != TimeSpan.Zero ? limit : null;
        StorageName = type.GetCustomAttribute<Providers.StorageProviderAttribute>()?.ProviderName;
        Subscriptions = [.. type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>()];
        mayInterleave = type.GetCustomAttribute<MayInterleaveAttribute>() is { } attribute ? Predicate(type, attribute.CallbackMethodName) : null;

        var constructors = type.GetConstructors();
        constructor = Array.Find(constructors, each => each.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? constructors.MaxBy(each => each.GetParameters().Length)
            ?? throw new OrleansConfigurationException($"{type.FullName} has no public constructor.");
        states = [.. constructor.GetParameters()
            .Select(each => (each, each.GetCustomAttribute<PersistentStateAttribute>()!))
            .Where(each => each.Item2 is not null)];
        factory = new(() => ActivatorUtilities.CreateFactory(type, Array.ConvertAll(states, each => each.Parameter.ParameterType)));
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public bool IsReentrant { get; }

    /// <summary>Null where the class is no stateless worker.</summary>
    public int? MaxLocalWorkers { get; }

    /// <summary>Null where the silo's default holds.</summary>
    public TimeSpan? AgeLimit { get; }

    public string? StorageName { get; }

    public ImplicitStreamSubscriptionAttribute[] Subscriptions { get; }

    public bool HasInterleavePredicate => mayInterleave is not null;

    /// <summary>What the predicate says; a predicate that fails lets nothing pass.</summary>
    public bool MayInterleave(object instance, Request request, ILogger logger)
    {
        try
        {
            return mayInterleave?.Invoke(instance, request) ?? false;
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "The predicate of [MayInterleave] of {Type} failed for {Request}.", Type, request);
            return false;
        }
    }

    public object Create(Activation activation) =>
        factory.Value(activation.ActivationServices, Array.ConvertAll(states, each => activation.CreatePersistentState(each.Parameter, each.State)));

    private static string NameByConvention(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.Length > 5 && name.EndsWith("grain", StringComparison.Ordinal) ? name[..^5] : name;
    }

    private static Func<object, Request, bool> Predicate(Type type, string name)
    {
        var method = type.GetMethod(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy);
        if (method is null || method.ReturnType != typeof(bool) || method.GetParameters() is not [{ ParameterType: var only }] || only != typeof(IInvokable))
            throw new OrleansConfigurationException($"[MayInterleave] of {type.FullName} needs a method «bool {name}(IInvokable request)».");
        if (!method.IsStatic)
            return (instance, request) => (bool)method.Invoke(instance, [request])!;
        var predicate = method.CreateDelegate<Func<IInvokable, bool>>();
        return (_, request) => predicate(request);
    }
}
