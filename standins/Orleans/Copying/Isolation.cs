using System.Linq.Expressions;
using System.Reflection;

namespace Orleans.Copying;

/// <summary>
/// Keeps callers and grains from sharing mutable objects: what is immutable passes as it is, everything else is copied,
/// and what cannot be copied is refused with the name of the method and the parameter.
/// </summary>
internal static class Isolation
{
    /// <summary>A function that copies one parameter; null where it need not be copied.</summary>
    public static Delegate? OfParameter(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.IsDefined(typeof(ImmutableAttribute)) || Copiers.IsImmutable(type))
            return null;
        var where = $"parameter «{parameter.Name}» of {parameter.Member.DeclaringType?.FullName}.{parameter.Member.Name}";
        return Create(type, where);
    }

    /// <summary>A function that copies the result of a method; null where it need not be copied.</summary>
    public static Func<TResult, TResult>? OfResult<TResult>(MethodInfo method)
    {
        var returned = method.ReturnParameter;
        return typeof(TResult) == typeof(Invocation.Nothing) || returned.IsDefined(typeof(ImmutableAttribute)) || Copiers.IsImmutable(typeof(TResult))
            ? null
            : (Func<TResult, TResult>)Create(typeof(TResult), $"the result of {method.DeclaringType?.FullName}.{method.Name}");
    }

    /// <summary>A copy of anything, e.g. of an item of a stream.</summary>
    public static T Copy<T>(T value, string where) => (T)CopyOrExplain(value, where)!;

    public static Dictionary<string, object> CopyContext(Dictionary<string, object> context)
    {
        Dictionary<string, object>? copy = null;
        foreach (var (key, value) in context)
        {
            if (value is null || Copiers.IsImmutable(value.GetType()))
                continue;
            copy ??= new(context);
            copy[key] = CopyOrExplain(value, $"the value «{key}» of the request context")!;
        }

        return copy ?? context;
    }

    private static Delegate Create(Type type, string where)
    {
        var value = Expression.Parameter(type);
        var copied = Expression.Call(typeof(Isolation), nameof(CopyOrExplain), null, Expression.Convert(value, typeof(object)), Expression.Constant(where));
        return Expression.Lambda(typeof(Func<,>).MakeGenericType(type, type), Expression.Convert(copied, type), value).Compile();
    }

    private static object? CopyOrExplain(object? value, string where)
    {
        try
        {
            return new CopyContext().Copy(value);
        }
        catch (NotSupportedException reason)
        {
            throw new Serialization.CodecNotFoundException($"{where}: {reason.Message}", reason);
        }
    }
}
