using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Orleans.Invocation;

/// <inheritdoc/>
internal sealed class Request<TArgs, TResult> : Request, IValueTaskSource<TResult>, IValueTaskSource
    where TArgs : struct
{
    private readonly GrainMethod<TArgs, TResult> method;
    private TArgs args;
    private CancellationTokenSource? cancellation;
    private CancellationTokenRegistration callersCancellation;

    // Continuations never run inside of the turn that answers: they belong to the caller.
    private ManualResetValueTaskSourceCore<TResult> answer = new() { RunContinuationsAsynchronously = true };

    public Request(ReferenceTarget target, GrainMethod<TArgs, TResult> method, TArgs args) : base(target, method)
    {
        this.method = method;
        this.args = method.CopyArguments is { } copy ? copy(args) : args;
    }

    public short Token => answer.Version;

    public override bool IsCancellable => method.GetToken is not null;

    public override bool Start(Activation activation, object instance)
    {
        ValueTask<TResult> pending;
        try
        {
            pending = activation.HasIncomingFilters
                ? IncomingCall.InvokeAsync(activation, this, instance)
                : method.Invoke(instance, args);
            if (pending.IsCompletedSuccessfully)
            {
                Answer(pending.Result);
                return true;
            }
        }
        catch (Exception exception)
        {
            activation.OnFault(exception);
            Fail(exception);
            return true;
        }

        activation.OnSuspended(this);
        _ = FinishAsync(activation, pending);
        return false;
    }

    public override async ValueTask RunAsync(object instance)
    {
        try
        {
            Answer(await method.Invoke(instance, args));
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>The method itself, for filters.</summary>
    public ValueTask<TResult> InvokeMethod(object instance) => method.Invoke(instance, args);

    public override void Fail(Exception exception)
    {
        if (!TryAnswer())
            return;
        callersCancellation.Dispose();
        answer.SetException(exception);
    }

    public override void Cancel() => cancellation?.Cancel();

    public override CancellationToken GetCancellationToken() => method.GetToken?.Invoke(args) ?? default;

    public override object? GetArgument(int index) => ((ITuple)args)[index];

    public override void SetArgument(int index, object value)
    {
        if (index >= 7)
            throw new NotSupportedException($"Argument {index} of {Method}: filters can replace the first seven arguments only.");
        object boxed = args;
        typeof(TArgs).GetField($"Item{index + 1}")!.SetValue(boxed, value);
        args = (TArgs)boxed;
    }

    /// <summary>
    /// Gives the callee a token of its own, which the caller's token signals; the caller is answered at once, whatever the callee does.
    /// False when the caller's token has been signalled already.
    /// </summary>
    public override bool TryLinkCancellation()
    {
        var token = method.GetToken!(args);
        if (!token.CanBeCanceled && !Target.Runtime.CancelsOnTimeout)
            return true;
        if (token.IsCancellationRequested)
        {
            Fail(new OperationCanceledException(token));
            return false;
        }

        cancellation = new CancellationTokenSource();
        args = method.WithToken!(args, cancellation.Token);
        callersCancellation = token.UnsafeRegister(
            static (state, signalled) =>
            {
                var request = (Request<TArgs, TResult>)state!;
                if (!request.Target.Runtime.WaitsForCancellation)
                    request.Fail(new OperationCanceledException(signalled));
                request.Cancel();
            },
            this);
        return true;
    }

    TResult IValueTaskSource<TResult>.GetResult(short token) => answer.GetResult(token);

    void IValueTaskSource.GetResult(short token) => answer.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => answer.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        answer.OnCompleted(continuation, state, token, flags);

    private async ValueTask FinishAsync(Activation activation, ValueTask<TResult> pending)
    {
        try
        {
            Answer(await pending);
        }
        catch (Exception exception)
        {
            activation.OnFault(exception);
            Fail(exception);
        }

        activation.OnFinished(this);
    }

    private void Answer(TResult result)
    {
        if (method.CopyResult is { } copy)
            result = copy(result);
        if (!TryAnswer())
            return;
        callersCancellation.Dispose();
        answer.SetResult(result);
    }
}
