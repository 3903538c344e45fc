using Orleans.Storage;

namespace Orleans.Persistence;

/// <summary>One state of one activation.</summary>
internal sealed class PersistentState<TState>(string name, Activation activation, IGrainStorage storage) : IPersistentState<TState>
{
    private readonly GrainState<TState> stored = new(StateActivator.Create<TState>());
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    public TState State
    {
        get => stored.State!;
        set => stored.State = value;
    }

    public string? Etag => stored.ETag;

    public bool RecordExists => stored.RecordExists;

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken) =>
        InTurn(() => storage.ReadStateAsync(name, activation.GrainId, stored, cancellationToken));

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        InTurn(() => storage.WriteStateAsync(name, activation.GrainId, stored, cancellationToken));

    public Task ClearStateAsync(CancellationToken cancellationToken) =>
        InTurn(() => storage.ClearStateAsync(name, activation.GrainId, stored, cancellationToken));

    /// <summary>Requests that interleave do not interleave here: each operation sees the tag that the one before it left.</summary>
    private Task InTurn(Func<Task> operation)
    {
        if (!ReferenceEquals(RuntimeContext.Current, activation))
        {
            throw new InvalidOperationException(
                $"The state «{name}» of {activation.GrainId} can be used from turns of its own activation only, not from another thread.");
        }

        lock (gate)
            return last = RunAsync(last, operation);
    }

    private static async Task RunAsync(Task before, Func<Task> operation)
    {
        if (!before.IsCompleted)
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await operation();
    }
}
