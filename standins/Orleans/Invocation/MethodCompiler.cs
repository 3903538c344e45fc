using System.Linq.Expressions;
using System.Reflection;
using Orleans.Copying;

namespace Orleans.Invocation;

/// <summary>Compiles, once a method, what every call of it needs: no call uses reflection.</summary>
internal sealed class MethodCompiler(MethodInfo method, Type argumentsType)
{
    private static readonly Type[] TupleTypes =
    [
        typeof(ValueTuple), typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>),
        typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>), typeof(ValueTuple<,,,,,,,>),
    ];

    private readonly ParameterInfo[] parameters = method.GetParameters();

    public bool HasCancellation => Array.Exists(parameters, each => each.ParameterType == typeof(CancellationToken));

    /// <summary>The value tuple of these types; from the eighth on they are in its rest.</summary>
    public static Type ArgumentsType(ReadOnlySpan<Type> types) => types.Length switch
    {
        0 => typeof(ValueTuple),
        <= 7 => TupleTypes[types.Length].MakeGenericType(types.ToArray()),
        _ => TupleTypes[8].MakeGenericType([.. types[..7], ArgumentsType(types[7..])]),
    };

    /// <summary>The result in a method's task, or <see cref="Nothing"/>; null where grain methods may not return this.</summary>
    public static Type? ResultType(Type returned)
    {
        if (returned == typeof(void) || returned == typeof(Task) || returned == typeof(ValueTask))
            return typeof(Nothing);
        return returned.IsGenericType && (returned.GetGenericTypeDefinition() == typeof(Task<>) || returned.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? returned.GetGenericArguments()[0]
            : null;
    }

    public Func<object, TArgs, ValueTask<TResult>> CompileInvoke<TArgs, TResult>()
    {
        var target = Expression.Parameter(typeof(object));
        var args = Expression.Parameter(argumentsType);
        var call = Expression.Call(Expression.Convert(target, method.DeclaringType!), method, parameters.Select((_, index) => Item(args, index)));
        Expression body;
        if (method.ReturnType == typeof(ValueTask<TResult>))
            body = call;
        else if (method.ReturnType == typeof(Task<TResult>))
            body = Expression.New(typeof(ValueTask<TResult>).GetConstructor([typeof(Task<TResult>)])!, call);
        else if (method.ReturnType == typeof(void))
            body = Expression.Block(call, Expression.Default(typeof(ValueTask<Nothing>)));
        else
            body = Expression.Call(typeof(MethodCompiler), nameof(ToNothing), null, call);
        return Expression.Lambda<Func<object, TArgs, ValueTask<TResult>>>(body, target, args).Compile();
    }

    /// <summary>A copy of the arguments that shares nothing mutable with them; null where nothing is mutable.</summary>
    public Func<TArgs, TArgs>? CompileCopy<TArgs>()
    {
        var copiers = Array.ConvertAll(parameters, Isolation.OfParameter);
        if (Array.TrueForAll(copiers, each => each is null))
            return null;
        var args = Expression.Parameter(argumentsType);
        var items = copiers.Select((copier, index) => copier is null
            ? Item(args, index)
            : (Expression)Expression.Invoke(Expression.Constant(copier), Item(args, index)));
        return Expression.Lambda<Func<TArgs, TArgs>>(New(argumentsType, [.. items]), args).Compile();
    }

    public Func<TArgs, CancellationToken> CompileGetToken<TArgs>()
    {
        var args = Expression.Parameter(argumentsType);
        return Expression.Lambda<Func<TArgs, CancellationToken>>(Item(args, TokenIndex), args).Compile();
    }

    public Func<TArgs, CancellationToken, TArgs> CompileWithToken<TArgs>()
    {
        var args = Expression.Parameter(argumentsType);
        var token = Expression.Parameter(typeof(CancellationToken));
        var items = parameters.Select((_, index) => index == TokenIndex ? token : Item(args, index));
        return Expression.Lambda<Func<TArgs, CancellationToken, TArgs>>(New(argumentsType, [.. items]), args, token).Compile();
    }

    private int TokenIndex => Array.FindIndex(parameters, each => each.ParameterType == typeof(CancellationToken));

    private static Expression Item(Expression tuple, int index)
    {
        for (; index >= 7; index -= 7)
            tuple = Expression.Field(tuple, "Rest");
        return Expression.Field(tuple, $"Item{index + 1}");
    }

    private static Expression New(Type tuple, ReadOnlySpan<Expression> items)
    {
        if (items.Length == 0)
            return Expression.Default(tuple);
        var own = items.Length <= 7 ? items.ToArray() : [.. items[..7], New(tuple.GetGenericArguments()[7], items[7..])];
        return Expression.New(tuple.GetConstructor(tuple.GetGenericArguments())!, own);
    }

    private static ValueTask<Nothing> ToNothing(Task task) => task.IsCompletedSuccessfully ? default : Awaited(task);

    private static ValueTask<Nothing> ToNothing(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
            return Awaited(task.AsTask());
        task.GetAwaiter().GetResult();
        return default;
    }

    private static async ValueTask<Nothing> Awaited(Task task)
    {
        await task;
        return default;
    }
}
