using System.Runtime.CompilerServices;
using Orleans.Invocation;

namespace Orleans.Runtime;

/// <summary>A reference to a grain. Two references are equal when they name the same grain.</summary>
public abstract class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly ReferenceTarget target;

    private protected GrainReference(ReferenceTarget target) => this.target = target;

    public GrainId GrainId => target.GrainId;

    public GrainInterfaceType InterfaceType => target.Interface.InterfaceType;

    public string InterfaceName => target.Interface.Type.Name;

    internal GrainRuntime Runtime => target.Runtime;

    internal ReferenceTarget Target => target;

    public TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable => (TGrainInterface)(object)Runtime.Factory.GetReference(GrainId, typeof(TGrainInterface));

    public bool Equals(GrainReference? other) => other is not null && (ReferenceEquals(this, other) || GrainId.Equals(other.GrainId));

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public uint GetUniformHashCode() => GrainId.GetUniformHashCode();

    public sealed override string ToString() => $"GrainReference:{GrainId}";

    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) => Equals(reference1, reference2);

    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !Equals(reference1, reference2);

    internal void CallOneWay<TArgs>(int method, TArgs args)
        where TArgs : struct => _ = CallTask(method, args);

    internal Task CallTask<TArgs>(int method, TArgs args)
        where TArgs : struct => CallTask<TArgs, Nothing>(method, args);

    internal ValueTask CallValueTask<TArgs>(int method, TArgs args)
        where TArgs : struct
    {
        if (Runtime.OutgoingFilters is { Length: > 0 })
            return new(CallTask<TArgs, Nothing>(method, args));
        var request = Send<TArgs, Nothing>(method, args);
        return request.Method.IsOneWay ? default : new(request, request.Token);
    }

    internal Task<TResult> CallTask<TArgs, TResult>(int method, TArgs args)
        where TArgs : struct => CallValueTask<TArgs, TResult>(method, args).AsTask();

    internal ValueTask<TResult> CallValueTask<TArgs, TResult>(int method, TArgs args)
        where TArgs : struct
    {
        if (Runtime.OutgoingFilters is { Length: > 0 } filters)
            return OutgoingCall.InvokeAsync(filters, target, Create<TArgs, TResult>(method, args));
        var request = Send<TArgs, TResult>(method, args);
        return request.Method.IsOneWay ? default : new(request, request.Token);
    }

    private Request<TArgs, TResult> Send<TArgs, TResult>(int method, TArgs args)
        where TArgs : struct
    {
        var request = Create<TArgs, TResult>(method, args);
        Runtime.Send(request);
        return request;
    }

    private Request<TArgs, TResult> Create<TArgs, TResult>(int method, TArgs args)
        where TArgs : struct => new(target, Unsafe.As<GrainMethod<TArgs, TResult>>(target.Interface.Methods[method]), args);
}
