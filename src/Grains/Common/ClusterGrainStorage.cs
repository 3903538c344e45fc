using System.Data.Common;
using Orleans.Storage;
using Progeny.Abstractions.Common;
using Progeny.Core.Common;

namespace Progeny.Grains.Common;

/// <summary>
/// Grain state in the cluster's database. A database that is known to be away is not waited for. A grain whose write may or may not have
/// arrived, or that another activation has overtaken, leaves the memory, so that its next call finds what is stored.
/// </summary>
/// <param name="inner">The storage of Orleans.</param>
/// <param name="current">The grain that calls.</param>
internal sealed class ClusterGrainStorage(IGrainStorage inner, IDatabaseHealth database, IGrainContextAccessor current) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync(() => inner.ReadStateAsync(stateName, grainId, grainState), isWrite: false);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync(() => inner.WriteStateAsync(stateName, grainId, grainState), isWrite: true);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync(() => inner.ClearStateAsync(stateName, grainId, grainState), isWrite: true);

    private async Task RunAsync(Func<Task> work, bool isWrite)
    {
        if (database.Problem is { } problem)
            throw new StorageUnavailableException($"The cluster's database cannot be reached: {problem}");
        try
        {
            await work();
        }
        catch (InconsistentStateException exception)
        {
            Leave("Another activation has written the state.");
            throw new StorageUnavailableException("The state was changed elsewhere meanwhile; ask again.", exception);
        }
        catch (Exception exception) when (exception is DbException { IsTransient: true } or TimeoutException)
        {
            if (isWrite)
                Leave("Whether the state was written is not known.");
            throw new StorageUnavailableException($"The cluster's database does not answer now: {exception.Message}", exception);
        }
    }

    private void Leave(string reason) => current.GrainContext?.Deactivate(new(DeactivationReasonCode.ApplicationError, reason));
}
