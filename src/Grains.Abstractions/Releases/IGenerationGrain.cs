using Orleans.Concurrency;

namespace Progeny.Abstractions.Releases;

/// <summary>The authority on one generation. Key: <c>project@release:generation</c>.</summary>
/// <remarks>What only reads never waits: see <see cref="IReleaseGrain"/>.</remarks>
[Alias("progeny.generation")]
public interface IGenerationGrain : IGrainWithStringKey
{
    /// <summary>The generation, or null where there is none.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<GenerationInfo?> Get();

    /// <summary>What serving needs: the generation and its release's manifest; null where there is none.</summary>
    [Alias("get-blueprint"), AlwaysInterleave]
    Task<GenerationBlueprint?> GetBlueprint();

    /// <summary>Stores a new generation; storing the same again is no error.</summary>
    [Alias("create")]
    Task<GenerationInfo> Create(GenerationDraft draft);

    /// <summary>Moves the generation to a stage.</summary>
    /// <exception cref="RegistryException">There is no such generation.</exception>
    [Alias("set-stage")]
    Task<GenerationInfo> SetStage(Stage stage);
}
