using Microsoft.Extensions.Options;
using Progeny.Core.Registry;
using Progeny.Core.Training;
using Progeny.Core.Training.Checks;
using Progeny.Grains.Training;

namespace Progeny.Grains.Metrics;

/// <summary>Runs the tests of a manifest on a generation's own model.</summary>
internal sealed class ContractTests(IArtifactStore artifacts, IModelCheck check, IOptions<JobOptions> options)
{
    /// <exception cref="TrainingFailedException">The model cannot be loaded, or does not fit.</exception>
    public async Task<IReadOnlyList<ProjectTestResult>> RunAsync(JudgedGeneration generation, CancellationToken cancellationToken)
    {
        if (generation.Manifest.Tests.Count == 0)
            return [];
        var folder = Path.Combine(options.Value.Folder, $"tests-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            var model = Path.Combine(folder, "model.onnx");
            await using (var stream = await artifacts.OpenAsync(generation.Info.Assets.Model, cancellationToken))
            await using (var file = File.Create(model))
                await stream.CopyToAsync(file, cancellationToken);
            return (await check.RunAsync(new ModelCheckRequest { Model = model, Manifest = generation.Manifest, Test = true }, cancellationToken)).Tests;
        }
        finally
        {
            JobFolder.Delete(folder);
        }
    }
}
