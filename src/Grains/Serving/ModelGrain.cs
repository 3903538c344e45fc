using Orleans.Concurrency;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Serving;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <inheritdoc cref="IModelGrain"/>
/// <remarks>Orleans sees no call of those who use the model in this process; so the cache decides when it is idle.</remarks>
[RequiresRole(SiloRoles.Serving)]
[StatelessWorker(maxLocalWorkers: 1, removeIdleWorkers: false), Reentrant, CollectionAgeLimit(AlwaysActive = true)]
internal sealed class ModelGrain(
    IBlueprintSource blueprints, ServedGenerations generations, IModelLoader loader, ModelFactory factory, ModelCache models)
    : Grain, IModelGrain
{
    private Task? loading;
    private IDisposable? owned;

    private GenerationReference Reference => GenerationReference.Parse(this.GetPrimaryKeyString());

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        owned?.Dispose();
        return Task.CompletedTask;
    }

    public async ValueTask<ServingError?> Load()
    {
        try
        {
            await (loading ??= LoadAsync());
            return null;
        }
        catch (ModelException exception)
        {
            DeactivateOnIdle(); // the next call tries again
            return new ServingError(exception.Kind, exception.Message);
        }
        catch
        {
            DeactivateOnIdle(); // the silo or the database that failed now may answer the next call
            throw;
        }
    }

    public async ValueTask<ModelMetadata> Describe()
    {
        try
        {
            if (await generations.GetAsync(Reference) is not { } served)
            {
                DeactivateOnIdle();
                return Refuse(ServingErrorKind.NotFound, $"There is no generation {Reference}.");
            }

            using var lease = await models.AcquireAsync(Reference);
            return lease.Model.Describe(served);
        }
        catch (Exception exception) when (exception is ModelException or FeedException or ManifestException)
        {
            return Refuse(ServingErrorKind.ModelFailed, exception.Message);
        }
    }

    private static ModelMetadata Refuse(ServingErrorKind kind, string message) => new() { Error = new ServingError(kind, message) };

    private async Task LoadAsync()
    {
        if (await blueprints.GetBlueprintAsync(Reference) is not { } blueprint)
            throw new ModelException($"There is no generation {Reference}.") { Kind = ServingErrorKind.NotFound };
        // It computes for long, which is no work for the scheduler of grains.
        var model = await Task.Run(() => loader.LoadAsync(blueprint.Generation, ManifestCache.Of(blueprint.Release), factory.Load));
        owned = models.Add(
            Reference, model, () => GrainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "Nobody uses the model.")));
    }
}
