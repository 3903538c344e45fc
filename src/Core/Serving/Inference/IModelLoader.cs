using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>Brings models from the artifact store into the node.</summary>
public interface IModelLoader
{
    /// <param name="load">Loads the model from its bytes.</param>
    /// <exception cref="ModelException">The model cannot be read or loaded, or is not loaded any more.</exception>
    Task<LoadedModel> LoadAsync(GenerationInfo served, Manifest manifest, Func<GenerationInfo, Manifest, byte[], LoadedModel> load);
}
