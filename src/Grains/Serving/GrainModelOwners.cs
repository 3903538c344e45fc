using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>The owners of models: the grains of the generations, activated on the silo that asks.</summary>
internal sealed class GrainModelOwners(IGrainFactory grains) : IModelOwners
{
    /// <inheritdoc/>
    public async Task LoadAsync(GenerationReference reference)
    {
        ServingError? error;
        try
        {
            error = await grains.GetGrain<IModelGrain>(reference.ToString()).Load();
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            throw new ModelException($"The model of {reference} cannot be loaded now: {ClusterFault.Describe(exception)}", exception)
            {
                Kind = ServingErrorKind.Unavailable,
            };
        }

        if (error is not null)
            throw new ModelException(error.Message) { Kind = error.Kind };
    }
}
