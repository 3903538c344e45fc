using Microsoft.Extensions.Options;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Releases;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;
using Progeny.Core.Training.Checks;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>
/// Brings a model from the store into the node. One in whose load the node has ended before is checked in a process of its own first.
/// </summary>
internal sealed class ModelLoader(IArtifactStore artifacts, ProjectBreaker breaker, IModelCheck check, IOptions<JobOptions> options)
    : IModelLoader
{
    /// <inheritdoc/>
    public async Task<LoadedModel> LoadAsync(
        GenerationInfo served, Manifest manifest, Func<GenerationInfo, Manifest, byte[], LoadedModel> load)
    {
        var (project, step) = (served.Reference.Project, $"the load of the model {served.Reference.Version}");
        try
        {
            await using var stream = await artifacts.OpenAsync(served.Assets.Model, CancellationToken.None);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            if (breaker.CrashesOf(project, step) > 0)
                await CheckAsync(bytes, manifest);
            using (await breaker.EnterAsync(project, step, CancellationToken.None))
                return load(served, manifest, bytes);
        }
        catch (ProjectHeldException exception)
        {
            throw new ModelException(exception.Message, exception);
        }
        catch (TrainingFailedException exception)
        {
            throw new ModelException(
                $"{served.Reference} is not loaded: the node ended when it was, and so did the process that tried it since. "
                    + $"{exception.Message}", exception);
        }
        catch (Exception exception)
            when (exception is ArtifactMissingException or ArtifactCorruptException or StorageUnavailableException or IOException)
        {
            throw new ModelException($"The model of {served.Reference} cannot be read: {exception.Message}", exception);
        }
    }

    private async Task CheckAsync(byte[] bytes, Manifest manifest)
    {
        var folder = Path.Combine(options.Value.Folder, $"load-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            var model = Path.Combine(folder, "model.onnx");
            await File.WriteAllBytesAsync(model, bytes);
            await check.RunAsync(new ModelCheckRequest { Model = model, Manifest = manifest, Measure = true }, CancellationToken.None);
        }
        finally
        {
            JobFolder.Delete(folder);
        }
    }
}
