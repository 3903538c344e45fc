using Progeny.Abstractions.Releases;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>The owners of the models of this silo: they load and unload them.</summary>
public interface IModelOwners
{
    /// <summary>Has the owner of a model load it and add it to the <see cref="ModelCache"/>, if it has not done so yet.</summary>
    /// <exception cref="ModelException">The model cannot be loaded or does not fit its project.</exception>
    Task LoadAsync(GenerationReference reference);
}
