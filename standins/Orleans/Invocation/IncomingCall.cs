using System.Reflection;
using Orleans.Serialization.Invocation;

namespace Orleans.Invocation;

/// <summary>What incoming and outgoing calls have in common: they walk through filters and end in a call.</summary>
internal abstract class FilteredCall<TArgs, TResult>(Request<TArgs, TResult> request) : IGrainCallContext
    where TArgs : struct
{
    private int next;
    private TResult result = default!;

    public IInvokable Request => request;

    public abstract object Grain { get; }

    public GrainId? SourceId => request.Source?.GrainId;

    public GrainId TargetId => request.Target.GrainId;

    public GrainInterfaceType InterfaceType => request.Method.Interface.InterfaceType;

    public string InterfaceName => request.GetInterfaceName();

    public string MethodName => request.GetMethodName();

    public MethodInfo InterfaceMethod => request.Method.Info;

    public object? Result
    {
        get => typeof(TResult) == typeof(Nothing) ? null : result;
        set => result = typeof(TResult) == typeof(Nothing) ? default! : (TResult)value!;
    }

    public TResult TypedResult => result;

    public async Task Invoke()
    {
        var index = next++;
        if (index < FilterCount)
            await InvokeFilter(index);
        else
            result = await CallAsync();
    }

    protected abstract int FilterCount { get; }

    protected abstract Task InvokeFilter(int index);

    protected abstract ValueTask<TResult> CallAsync();
}

/// <summary>A call on its way through the filters of the silo and those of the grain.</summary>
internal static class IncomingCall
{
    public static async ValueTask<TResult> InvokeAsync<TArgs, TResult>(Activation activation, Request<TArgs, TResult> request, object instance)
        where TArgs : struct
    {
        var call = new Call<TArgs, TResult>(activation, request, instance);
        await call.Invoke();
        return call.TypedResult;
    }

    private sealed class Call<TArgs, TResult>(Activation activation, Request<TArgs, TResult> request, object instance)
        : FilteredCall<TArgs, TResult>(request), IIncomingGrainCallContext
        where TArgs : struct
    {
        private readonly IIncomingGrainCallFilter[] filters = instance is IIncomingGrainCallFilter own
            ? [.. activation.Silo.IncomingFilters, own]
            : activation.Silo.IncomingFilters;

        public override object Grain => instance;

        public IGrainContext TargetContext => activation;

        public MethodInfo ImplementationMethod
        {
            get
            {
                var map = instance.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
                return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
            }
        }

        protected override int FilterCount => filters.Length;

        protected override Task InvokeFilter(int index) => filters[index].Invoke(this);

        protected override ValueTask<TResult> CallAsync() => ((Request<TArgs, TResult>)Request).InvokeMethod(instance);
    }
}

/// <summary>A call on its way through the filters of the caller's side.</summary>
internal static class OutgoingCall
{
    public static async ValueTask<TResult> InvokeAsync<TArgs, TResult>(
        IOutgoingGrainCallFilter[] filters, ReferenceTarget target, Request<TArgs, TResult> request)
        where TArgs : struct
    {
        var call = new Call<TArgs, TResult>(filters, target, request);
        await call.Invoke();
        return call.TypedResult;
    }

    private sealed class Call<TArgs, TResult>(IOutgoingGrainCallFilter[] filters, ReferenceTarget target, Request<TArgs, TResult> request)
        : FilteredCall<TArgs, TResult>(request), IOutgoingGrainCallContext
        where TArgs : struct
    {
        public override object Grain => target.Runtime.Factory.GetReference(target.GrainId, target.Interface.Type);

        public IGrainContext? SourceContext { get; } = RuntimeContext.Current;

        protected override int FilterCount => filters.Length;

        protected override Task InvokeFilter(int index) => filters[index].Invoke(this);

        protected override ValueTask<TResult> CallAsync()
        {
            var sent = (Request<TArgs, TResult>)Request;
            target.Runtime.Send(sent);
            return sent.Method.IsOneWay ? default : new(sent, sent.Token);
        }
    }
}
