using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Core.Training.Checks;
using Progeny.Grains.Common;

namespace Progeny.Grains.Gates;

/// <summary>
/// Runs the tests of a manifest on a generation's own model. Neither ever changes, so the results are kept, and callers at the same time
/// share one run, which goes on when they leave.
/// </summary>
internal sealed class ContractTests(
    IArtifactStore artifacts, IModelCheck check, IOptions<JobOptions> options, SiloStop stop, TimeProvider time)
{
    private const int MaxKept = 1_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    private readonly BoundedCache<IReadOnlyList<ProjectTestResult>> _results = new(MaxKept, KeptFor, time);
    private readonly ConcurrentDictionary<GenerationReference, Lazy<Task<IReadOnlyList<ProjectTestResult>>>> _runs = new();

    /// <exception cref="TrainingFailedException">The model cannot be loaded, or does not fit.</exception>
    public async Task<IReadOnlyList<ProjectTestResult>> RunAsync(GateSubject generation, CancellationToken cancellationToken)
    {
        if (generation.Manifest.Tests.Count == 0)
            return [];
        var reference = generation.Info.Reference;
        if (_results.TryGet(reference.ToString(), out var known))
            return known;
        var run = _runs.GetOrAdd(reference, _ => new Lazy<Task<IReadOnlyList<ProjectTestResult>>>(() => RunOnceAsync(generation)));
        try
        {
            return await run.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            if (run.Value.IsCompleted)
                _runs.TryRemove(KeyValuePair.Create(reference, run));
        }
    }

    private async Task<IReadOnlyList<ProjectTestResult>> RunOnceAsync(GateSubject generation)
    {
        var folder = Path.Combine(options.Value.Folder, $"tests-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            var model = Path.Combine(folder, "model.onnx");
            await using (var stream = await artifacts.OpenAsync(generation.Info.Assets.Model, stop.Token))
            await using (var file = File.Create(model))
                await stream.CopyToAsync(file, stop.Token);
            var findings = await check.RunAsync(
                new ModelCheckRequest { Model = model, Manifest = generation.Manifest, Test = true }, stop.Token);
            _results.Put(generation.Info.Reference.ToString(), findings.Tests);
            return findings.Tests;
        }
        finally
        {
            JobFolder.Delete(folder);
        }
    }
}
