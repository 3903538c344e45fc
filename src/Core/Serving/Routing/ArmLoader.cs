using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Serving;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Serving.Routing;

/// <summary>Loads the arms that answer queries on this silo, and says why one cannot be loaded.</summary>
internal sealed class ArmLoader(ServedGenerations generations, ModelCache models, ServingMeters meters)
{
    /// <summary>An arm of a plan, loaded if it can be.</summary>
    public async Task<PlanArm> LoadAsync(RolloutArm arm)
    {
        var (ready, error) = await LoadAsync(arm.Name, arm.Generation);
        return new PlanArm(arm, ready, error, ready?.Served.Schema ?? await SchemaOfAsync(arm.Generation));
    }

    /// <summary>A generation with its model, or why it cannot be loaded.</summary>
    /// <param name="name">The name under which it is logged.</param>
    public async ValueTask<(ServedArm? Arm, ServingError? Error)> LoadAsync(string name, GenerationReference reference)
    {
        try
        {
            return await generations.GetAsync(reference) is { } served
                ? (new ServedArm(
                    name, served, await models.AcquireAsync(reference), meters.For(reference, served.Log.Mode != QueryLogMode.None)), null)
                : (null, new ServingError(ServingErrorKind.NotFound, $"There is no generation {reference}."));
        }
        catch (FeedException exception)
        {
            return (null, new ServingError(ServingErrorKind.Unavailable, exception.Message));
        }
        catch (ManifestException exception)
        {
            return (null, new ServingError(ServingErrorKind.RuleFailed, exception.Message));
        }
        catch (ModelException exception)
        {
            return (null, new ServingError(ServingErrorKind.ModelFailed, exception.Message));
        }
    }

    /// <summary>What a generation reads of a query, though its model may not load; null where that is not known.</summary>
    private async ValueTask<QuerySchema?> SchemaOfAsync(GenerationReference reference)
    {
        try
        {
            return (await generations.GetAsync(reference))?.Schema;
        }
        catch (Exception exception) when (exception is FeedException or ManifestException)
        {
            return null;
        }
    }
}
