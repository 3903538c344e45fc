using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Serving;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;

namespace Progeny.Grains.Serving;

/// <summary>
/// Loads models into this process without a grain: where no silo is, or one that answers no queries. They are needed here for replays and
/// explanations.
/// </summary>
/// <param name="services">The cache is asked for late: it has its owners itself.</param>
internal sealed class LocalModelOwners(IBlueprintSource blueprints, IModelLoader loader, ModelFactory factory, IServiceProvider services)
    : IModelOwners
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <inheritdoc/>
    public async Task LoadAsync(GenerationReference reference)
    {
        await _turn.WaitAsync();
        try
        {
            var models = services.GetRequiredService<ModelCache>();
            if (models.Contains(reference))
                return;
            if (await blueprints.GetBlueprintAsync(reference) is not { } blueprint)
                throw new ModelException($"There is no generation {reference}.") { Kind = ServingErrorKind.NotFound };
            var model = await loader.LoadAsync(blueprint.Generation, ManifestCache.Of(blueprint.Release), factory.Load);
            IDisposable? owned = null;
            owned = models.Add(reference, model, () => owned?.Dispose());
        }
        finally
        {
            _turn.Release();
        }
    }
}
