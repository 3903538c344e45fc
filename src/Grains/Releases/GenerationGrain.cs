using Progeny.Abstractions.Releases;
using Progeny.Grains.Common;

namespace Progeny.Grains.Releases;

/// <inheritdoc cref="IGenerationGrain"/>
internal sealed class GenerationGrain(
    [PersistentState("generation", StorageNames.Grains)] IPersistentState<GenerationState> storage,
    TimeProvider time) : Grain, IGenerationGrain, IStoredGrain
{
    public bool IsStored => storage.RecordExists;

    private GenerationReference Reference => GenerationReference.Parse(this.GetPrimaryKeyString());

    public Task<GenerationInfo?> Get() => Task.FromResult(storage.State.Generation);

    public Task<GenerationBlueprint?> GetBlueprint() => storage.State.Generation is { } generation
        ? GrainFactory.GetGrain<IReleaseGrain>($"{generation.Reference.Project}@{generation.Reference.Release}").GetBlueprint(generation)
        : Task.FromResult<GenerationBlueprint?>(null);

    public async Task<GenerationInfo> Create(GenerationDraft draft)
    {
        if (storage.State.Generation is { } existing)
            return existing;
        var generation = new GenerationInfo
        {
            Reference = Reference,
            Stage = Stage.Staged,
            CreatedAt = time.GetUtcNow(),
            Assets = draft.Assets,
            Lineage = draft.Lineage,
            Metrics = draft.Metrics,
            Figures = draft.Figures,
        };
        await storage.SaveAsync(new GenerationState { Generation = generation });
        return generation;
    }

    public async Task<GenerationInfo> SetStage(Stage stage)
    {
        var generation = storage.State.Generation
            ?? throw new RegistryException(RegistryError.NotFound, $"There is no generation {this.GetPrimaryKeyString()}.");
        if (generation.Stage == stage)
            return generation;
        generation = generation with { Stage = stage };
        await storage.SaveAsync(new GenerationState { Generation = generation });
        return generation;
    }
}
