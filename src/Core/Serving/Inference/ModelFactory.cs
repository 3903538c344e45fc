using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>Makes loaded models of their bytes.</summary>
public sealed partial class ModelFactory(ModelWatchdog watchdog, ModelBounds bounds, TimeProvider time, ILogger<ModelFactory> logger)
{
    private readonly ConcurrentDictionary<string, ProjectRuns> runs = new(StringComparer.Ordinal);

    /// <exception cref="ModelException">They are no model, or it does not fit its project.</exception>
    public LoadedModel Load(GenerationInfo served, Manifest manifest, byte[] bytes)
    {
        var started = Stopwatch.GetTimestamp();
        var project = runs.GetOrAdd(served.Reference.Project, static _ => new ProjectRuns());
        var runner = ModelRunner.Load(bytes, manifest, watchdog, project, bounds.Of(served.Reference));
        var joins = manifest.Features.Count > 0 && BatchProbe.RowsAreIndependent(runner, manifest);
        var joinsOutputs = joins && BatchProbe.OutputsAreIndependent(runner, manifest);
        LogLoaded(logger, served.Reference, bytes.Length, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds, joins);
        return new LoadedModel(
            runner, new ModelBatcher(runner, project, joins, joinsOutputs, manifest.Serving, time), project, bytes.Length, joins);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Loaded {Generation} ({Bytes} bytes) in {Milliseconds} ms; queries may share a run: {Joins}")]
    private static partial void LogLoaded(ILogger logger, GenerationReference generation, long bytes, long milliseconds, bool joins);
}
