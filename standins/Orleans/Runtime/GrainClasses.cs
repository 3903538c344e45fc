using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>The grain classes in the process, and which of them answers for which interface.</summary>
internal sealed class GrainClasses
{
    private static readonly Lazy<GrainClasses> Shared = new(static () => new GrainClasses());
    private readonly Lock gate = new();
    private readonly Dictionary<GrainType, GrainClass> byType = [];
    private readonly HashSet<Assembly> scanned = [];
    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainType> resolved = new();
    private readonly ConcurrentDictionary<string, GrainClass[]> subscribers = new();

    private GrainClasses()
    {
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => ScanWithReferences(loaded.LoadedAssembly);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            ScanWithReferences(assembly);
    }

    public static GrainClasses Instance => Shared.Value;

    public GrainClass Get(GrainType type)
    {
        lock (gate)
        {
            return byType.TryGetValue(type, out var known)
                ? known
                : throw new ArgumentException($"There is no grain class of the type «{type}».", nameof(type));
        }
    }

    /// <summary>The classes that subscribe every stream of a namespace.</summary>
    public GrainClass[] SubscribersOf(string streamNamespace) => subscribers.GetOrAdd(streamNamespace, ns =>
    {
        lock (gate)
            return [.. byType.Values.Where(each => Array.Exists(each.Subscriptions, subscription => subscription.Predicate.IsMatch(ns)))];
    });

    public Type InterfaceOf(GrainType type) => GrainInterfaces(Get(type).Type).FirstOrDefault()
        ?? throw new ArgumentException($"{Get(type).Type} implements no grain interface.", nameof(type));

    public GrainClass[] All
    {
        get
        {
            lock (gate)
                return [.. byType.Values];
        }
    }

    public Type FindInterface(GrainInterfaceType name)
    {
        lock (gate)
        {
            return byType.Values.SelectMany(each => GrainInterfaces(each.Type)).FirstOrDefault(each => each.FullName == name.ToString())
                ?? throw new ArgumentException($"There is no grain interface «{name}».", nameof(name));
        }
    }

    /// <summary>The grain type that answers for an interface.</summary>
    /// <exception cref="ArgumentException">None does, or several do.</exception>
    public GrainType TypeFor(Type interfaceType, string? prefix) => resolved.GetOrAdd((interfaceType, prefix), key => Resolve(key.Interface, key.Prefix));

    private GrainType Resolve(Type interfaceType, string? prefix)
    {
        if (interfaceType.IsGenericType)
            throw new NotSupportedException($"{interfaceType}: generic grain interfaces are only in the Orleans packages, not in their stand-in.");
        GrainClass[] candidates;
        lock (gate)
        {
            candidates = [.. byType.Values.Where(each => interfaceType.IsAssignableFrom(each.Type)
                && (prefix is null || each.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal)))];
        }

        var conventional = Array.FindAll(candidates, each => string.Equals($"I{each.Type.Name}", interfaceType.Name, StringComparison.Ordinal));
        return (candidates, conventional) switch
        {
            ({ Length: 1 }, _) => candidates[0].GrainType,
            (_, { Length: 1 }) => conventional[0].GrainType,
            ({ Length: 0 }, _) => throw new ArgumentException($"Could not find an implementation for interface {interfaceType.FullName}."),
            _ => throw new ArgumentException(
                $"Unable to identify a single appropriate grain type for interface {interfaceType.FullName}. Candidates: {string.Join(", ", candidates.Select(each => each.Type.FullName))}."),
        };
    }

    public static IEnumerable<Type> GrainInterfaces(Type type) => type.GetInterfaces().Where(each =>
        typeof(IGrain).IsAssignableFrom(each) && each.Assembly != typeof(IGrain).Assembly);

    private void ScanWithReferences(Assembly assembly)
    {
        lock (gate)
        {
            if (assembly.IsDynamic || !scanned.Add(assembly))
                return;
        }

        var own = typeof(IGrain).Assembly.GetName().Name;
        var references = assembly.GetReferencedAssemblies();
        if (assembly != typeof(IGrain).Assembly && !Array.Exists(references, each => each.Name == own))
            return;
        foreach (var type in LoadableTypes(assembly).Where(each => each is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false }
            && typeof(IGrain).IsAssignableFrom(each) && !typeof(GrainReference).IsAssignableFrom(each)))
        {
            var described = new GrainClass(type);
            lock (gate)
            {
                subscribers.Clear();
                if (!byType.TryAdd(described.GrainType, described))
                    throw new OrleansConfigurationException(
                        $"Grain classes {byType[described.GrainType].Type.FullName} and {type.FullName} have the same grain type «{described.GrainType}»; rename one or give it a [GrainType].");
            }
        }

        // A project that only references grains through another one has not loaded them yet.
        foreach (var reference in references.Where(each => each.Name != own && !each.Name!.StartsWith("System.", StringComparison.Ordinal)
            && !each.Name.StartsWith("Microsoft.", StringComparison.Ordinal)))
        {
            try
            {
                ScanWithReferences(Assembly.Load(reference));
            }
            catch (IOException)
            {
                // Not deployed: it cannot hold grains that anybody calls.
            }
        }
    }

    private static IEnumerable<Type> LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partly)
        {
            return partly.Types.OfType<Type>();
        }
    }
}
