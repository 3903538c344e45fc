using Orleans.CodeGeneration;

namespace Orleans.Invocation;

/// <summary>Work of the runtime in a turn of an activation, e.g. the tick of a timer: it waits in the queue like a call.</summary>
internal sealed class WorkRequest(ReferenceTarget target, Func<Activation, Task> work, bool interleaves = false, bool keepsAlive = true)
    : Request(target, WorkMethod)
{
    private static readonly GrainMethod WorkMethod = GrainInterface.Of(typeof(IRuntimeWork)).Methods[0];
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends as the work ends.</summary>
    public Task Completion => done.Task;

    public override InvokeMethodOptions Options { get; } = interleaves ? InvokeMethodOptions.AlwaysInterleave : InvokeMethodOptions.None;

    public override bool KeepsAlive { get; } = keepsAlive;

    public override bool IsCancellable => false;

    public override bool Start(Activation activation, object instance)
    {
        var run = RunAsync(activation);
        if (run.IsCompleted)
            return true;
        activation.OnSuspended(this);
        _ = FinishAsync(activation, run);
        return false;
    }

    public override ValueTask RunAsync(object instance) => throw new NotSupportedException("Only activations do the runtime's work.");

    public override void Fail(Exception exception)
    {
        if (TryAnswer())
            done.SetException(exception);
    }

    public override void Cancel()
    {
    }

    public override bool TryLinkCancellation() => true;

    public override object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index), index, "There are no arguments.");

    public override void SetArgument(int index, object value) => GetArgument(index);

    public override CancellationToken GetCancellationToken() => default;

    private async Task RunAsync(Activation activation)
    {
        try
        {
            await work(activation);
            if (TryAnswer())
                done.SetResult();
        }
        catch (Exception exception)
        {
            activation.OnFault(exception);
            Fail(exception);
        }
    }

    private async Task FinishAsync(Activation activation, Task run)
    {
        await run;
        activation.OnFinished(this);
    }

    /// <summary>The method that the runtime's work counts as.</summary>
    internal interface IRuntimeWork : IAddressable
    {
        Task Work();
    }
}
