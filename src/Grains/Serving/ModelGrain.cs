using Orleans.Concurrency;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Serving;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;

namespace Progeny.Grains.Serving;

/// <inheritdoc cref="IModelGrain"/>
[StatelessWorker]
internal sealed class ModelGrain(ServedGenerations generations, ModelCache models) : Grain, IModelGrain
{
    public async ValueTask<ModelMetadata> Describe()
    {
        var reference = GenerationReference.Parse(this.GetPrimaryKeyString());
        try
        {
            if (await generations.GetAsync(reference) is not { } served)
                return Refuse(ServingErrorKind.NotFound, $"There is no generation {reference}.");
            using var lease = await models.AcquireAsync(served);
            return lease.Model.Describe(served);
        }
        catch (Exception exception) when (exception is ModelException or FeedException or ManifestException)
        {
            return Refuse(ServingErrorKind.ModelFailed, exception.Message);
        }
    }

    private static ModelMetadata Refuse(ServingErrorKind kind, string message) => new() { Error = new ServingError(kind, message) };
}
