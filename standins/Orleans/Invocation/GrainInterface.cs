using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Invocation;

/// <summary>A grain or observer interface: its methods and the class of the references to it.</summary>
internal sealed class GrainInterface
{
    private static readonly ConcurrentDictionary<Type, GrainInterface> Known = new();
    private readonly Func<ReferenceTarget, GrainReference> create;

    private GrainInterface(Type type)
    {
        Type = type;
        InterfaceType = GrainInterfaceType.Create(type.FullName!);
        var methods = type.GetInterfaces().Prepend(type).SelectMany(each => each.GetMethods(BindingFlags.Public | BindingFlags.Instance)).ToArray();
        Methods = Array.ConvertAll(methods, Describe);
        create = ProxyCompiler.Compile(type, methods);
    }

    public Type Type { get; }

    public GrainInterfaceType InterfaceType { get; }

    public GrainMethod[] Methods { get; }

    public static GrainInterface Of(Type type) => Known.GetOrAdd(type, static each => new GrainInterface(each));

    public static Type? FindType(GrainInterfaceType name) => Known.Keys.FirstOrDefault(each => each.FullName == name.ToString());

    public GrainReference CreateReference(GrainId id, GrainRuntime runtime) => create(new ReferenceTarget(this, id, runtime));

    private GrainMethod Describe(MethodInfo method)
    {
        var where = $"{Type.FullName}.{method.Name}";
        if (method.IsGenericMethodDefinition)
            throw new NotSupportedException($"{where}: generic methods are only in the Orleans packages, not in their stand-in.");
        if (method.GetParameters().FirstOrDefault(each => each.ParameterType.IsByRef) is { } byReference)
            throw new NotSupportedException($"{where}: parameter «{byReference.Name}» is passed by reference, which a grain method cannot do.");
        var result = MethodCompiler.ResultType(method.ReturnType) ?? throw new NotSupportedException(
            $"{where} returns {method.ReturnType}: a grain method returns Task, Task<T>, ValueTask or ValueTask<T>, or void where the caller does not wait.");
        var arguments = MethodCompiler.ArgumentsType(Array.ConvertAll(method.GetParameters(), each => each.ParameterType));
        return (GrainMethod)Activator.CreateInstance(typeof(GrainMethod<,>).MakeGenericType(arguments, result), this, method)!;
    }
}
