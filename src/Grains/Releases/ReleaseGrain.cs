using System.Collections.Immutable;
using System.Security.Cryptography;
using Progeny.Abstractions.Releases;
using Progeny.Grains.Common;

namespace Progeny.Grains.Releases;

/// <inheritdoc cref="IReleaseGrain"/>
internal sealed class ReleaseGrain([PersistentState("release", StorageNames.Grains)] IPersistentState<ReleaseState> storage)
    : Grain, IReleaseGrain, IStoredGrain
{
    public bool IsStored => storage.RecordExists;

    public Task<ReleaseInfo?> Get() => Task.FromResult(storage.State.Release);

    public Task<GenerationBlueprint?> GetBlueprint(GenerationInfo generation) =>
        Task.FromResult(
            storage.State.Release is { } release ? new GenerationBlueprint(generation, release, storage.State.SamplingSeed) : null);

    public Task Register(ReleaseInfo release) => storage.SaveAsync(storage.State with
    {
        Release = release,
        SamplingSeed = storage.State.Release is null
            ? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)))
            : storage.State.SamplingSeed,
    });

    public async Task<GenerationInfo> Commit(GenerationDraft draft)
    {
        var job = draft.Lineage.JobId;
        var index = storage.State.JobOfGeneration.IndexOf(job);
        if (index < 0)
        {
            // The number is taken before the generation is stored: a job that comes back after a stop finds its own.
            index = storage.State.JobOfGeneration.Length;
            await storage.SaveAsync(storage.State with { JobOfGeneration = storage.State.JobOfGeneration.Add(job) });
        }

        return await Generation(index).Create(draft);
    }

    public Task<GenerationInfo?> GetNewest() =>
        storage.State.JobOfGeneration.IsEmpty
            ? Task.FromResult<GenerationInfo?>(null)
            : Generation(storage.State.JobOfGeneration.Length - 1).Get();

    public async Task<ImmutableArray<GenerationInfo>> ListGenerations()
    {
        var generations = await Task.WhenAll(
            Enumerable.Range(0, storage.State.JobOfGeneration.Length).Select(index => Generation(index).Get()));
        return [.. generations.OfType<GenerationInfo>()];
    }

    private IGenerationGrain Generation(int index) => GrainFactory.GetGrain<IGenerationGrain>($"{this.GetPrimaryKeyString()}:{index + 1}");
}
