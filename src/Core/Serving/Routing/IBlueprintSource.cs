using Progeny.Abstractions.Releases;

namespace Progeny.Core.Serving.Routing;

/// <summary>What generations are made of.</summary>
public interface IBlueprintSource
{
    /// <summary>The generation with its release; null: there is none.</summary>
    Task<GenerationBlueprint?> GetBlueprintAsync(GenerationReference reference);

    /// <summary>The generation; null: there is none.</summary>
    Task<GenerationInfo?> GetAsync(GenerationReference reference);
}
