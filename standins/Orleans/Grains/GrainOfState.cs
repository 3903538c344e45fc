using Orleans.Core;

namespace Orleans;

/// <summary>A grain with one stored state, in the storage that <see cref="Providers.StorageProviderAttribute"/> names or the default one.</summary>
public class Grain<TGrainState> : Grain
{
    private readonly IStorage<TGrainState> storage;

    protected Grain()
    {
        var shared = (Activation)GrainContext;
        storage = shared.CreateStorage<TGrainState>("state", shared.Class.StorageName);
    }

    protected Grain(IStorage<TGrainState> storage) => this.storage = storage;

    protected TGrainState State
    {
        get => storage.State;
        set => storage.State = value;
    }

    protected virtual Task ReadStateAsync() => storage.ReadStateAsync();

    protected virtual Task WriteStateAsync() => storage.WriteStateAsync();

    protected virtual Task ClearStateAsync() => storage.ClearStateAsync();
}
