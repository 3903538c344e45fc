using System.Reflection;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace Orleans.Invocation;

/// <summary>A call from the moment it is sent until it is answered, timed out or cancelled.</summary>
internal abstract class Request(ReferenceTarget target, GrainMethod method) : IInvokable
{
    private int answered;

    /// <summary>The next one in the queue of the receiver.</summary>
    public Request? Next;

    public ReferenceTarget Target { get; } = target;

    public GrainMethod Method { get; } = method;

    /// <summary>The request context of the caller.</summary>
    public Dictionary<string, object>? Context { get; set; }

    public Guid ReentrancyId { get; set; }

    public IGrainContext? Source { get; set; }

    /// <summary>When it was sent, by <see cref="Environment.TickCount64"/>.</summary>
    public long SentAt { get; set; }

    /// <summary>How long the caller waits, in milliseconds; 0 for ever.</summary>
    public long Patience { get; set; }

    public virtual InvokeMethodOptions Options => Method.Options;

    public bool IsAlwaysInterleave => (Options & InvokeMethodOptions.AlwaysInterleave) != 0;

    public bool IsReadOnly => (Options & InvokeMethodOptions.ReadOnly) != 0;

    /// <summary>Whether using the grain counts as use of it.</summary>
    public virtual bool KeepsAlive => true;

    public bool IsAnswered => Volatile.Read(ref answered) != 0;

    public abstract bool IsCancellable { get; }

    /// <summary>Runs the first turn; true when there is no further one.</summary>
    public abstract bool Start(Activation activation, object instance);

    /// <summary>Runs outside of any activation.</summary>
    public abstract ValueTask RunAsync(object instance);

    public abstract void Fail(Exception exception);

    /// <summary>Signals the callee's cancellation token.</summary>
    public abstract void Cancel();

    public abstract bool TryLinkCancellation();

    public abstract object? GetArgument(int index);

    public abstract void SetArgument(int index, object value);

    public abstract CancellationToken GetCancellationToken();

    public object? GetTarget() => Target.Receiver is Activation activation ? activation.GrainInstance : null;

    public int GetArgumentCount() => Method.Info.GetParameters().Length;

    public string GetMethodName() => Method.Info.Name;

    public string GetInterfaceName() => Method.Interface.Type.Name;

    public string GetActivityName() => $"{GetInterfaceName()}/{GetMethodName()}";

    public MethodInfo GetMethod() => Method.Info;

    public Type GetInterfaceType() => Method.Interface.Type;

    public TimeSpan? GetDefaultResponseTimeout() => Method.Timeout > 0 ? TimeSpan.FromMilliseconds(Method.Timeout) : null;

    public void Dispose()
    {
    }

    /// <summary>True for the one that may answer the caller.</summary>
    protected bool TryAnswer() => Interlocked.Exchange(ref answered, 1) == 0;

    /// <summary>Gives up when the caller's patience is over.</summary>
    public void ExpireAt(long now)
    {
        if (Patience <= 0 || now - SentAt < Patience || IsAnswered)
            return;
        Fail(new TimeoutException(
            $"Response did not arrive on time in {TimeSpan.FromMilliseconds(Patience)} for {Method} of {Target.GrainId}."));
        if (Target.Runtime.CancelsOnTimeout)
            Cancel();
    }

    public override string ToString() => $"{Method} of {Target.GrainId}";
}
