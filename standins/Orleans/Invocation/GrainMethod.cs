using System.Globalization;
using System.Reflection;
using Orleans.CodeGeneration;

namespace Orleans.Invocation;

/// <summary>The result of methods that return none.</summary>
internal readonly struct Nothing;

/// <summary>What is known about one method of a grain interface before any call.</summary>
internal abstract class GrainMethod(GrainInterface owner, MethodInfo method)
{
    public MethodInfo Info { get; } = method;

    public GrainInterface Interface { get; } = owner;

    public InvokeMethodOptions Options { get; } =
        (method.IsDefined(typeof(OneWayAttribute)) || method.ReturnType == typeof(void) ? InvokeMethodOptions.OneWay : 0)
        | (method.IsDefined(typeof(ReadOnlyAttribute)) ? InvokeMethodOptions.ReadOnly : 0)
        | (method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? InvokeMethodOptions.AlwaysInterleave : 0);

    /// <summary>The time-out of the method itself, in milliseconds; 0 for the one of the messaging options.</summary>
    public long Timeout { get; } = (long)(method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout?.TotalMilliseconds ?? 0);

    public bool IsOneWay => (Options & InvokeMethodOptions.OneWay) != 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Interface.Type.Name}.{Info.Name}");
}

/// <inheritdoc/>
/// <typeparam name="TArgs">A value tuple of the parameters.</typeparam>
/// <typeparam name="TResult">The result, or <see cref="Nothing"/>.</typeparam>
internal sealed class GrainMethod<TArgs, TResult> : GrainMethod
    where TArgs : struct
{
    public GrainMethod(GrainInterface owner, MethodInfo method) : base(owner, method)
    {
        var compiler = new MethodCompiler(method, typeof(TArgs));
        Invoke = compiler.CompileInvoke<TArgs, TResult>();
        CopyArguments = compiler.CompileCopy<TArgs>();
        CopyResult = Copying.Isolation.OfResult<TResult>(method);
        if (compiler.HasCancellation)
        {
            GetToken = compiler.CompileGetToken<TArgs>();
            WithToken = compiler.CompileWithToken<TArgs>();
        }
    }

    public Func<object, TArgs, ValueTask<TResult>> Invoke { get; }

    /// <summary>Null where all arguments are immutable.</summary>
    public Func<TArgs, TArgs>? CopyArguments { get; }

    /// <summary>Null where the result is immutable.</summary>
    public Func<TResult, TResult>? CopyResult { get; }

    /// <summary>Null where the method has no <see cref="CancellationToken"/>.</summary>
    public Func<TArgs, CancellationToken>? GetToken { get; }

    public Func<TArgs, CancellationToken, TArgs>? WithToken { get; }
}
