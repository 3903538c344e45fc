using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// The models loaded on this silo, each once, whoever uses it. One that nobody holds stays loaded for some minutes, or until its memory is
/// needed; then the one that was used longest ago goes first.
/// </summary>
public sealed partial class ModelCache(
    ServingOptions options, ModelWatchdog watchdog, IModelLoader loader, TimeProvider time, ILogger<ModelCache> logger)
{
    /// <summary>So many models stay loaded though nobody holds them: a model takes memory of its own however small its file is.</summary>
    private const int MaxUnheld = 64;

    private readonly long budget = options.ModelMemory > 0 ? options.ModelMemory : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
    private readonly Dictionary<GenerationReference, Entry> entries = [];
    private readonly ConcurrentDictionary<string, ProjectRuns> runs = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private long loadedBytes;
    private int unheld;

    /// <summary>How many models are loaded.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return entries.Values.Count(entry => entry.Loaded is not null);
        }
    }

    /// <summary>The size of their files.</summary>
    public long Bytes => Interlocked.Read(ref loadedBytes);

    /// <summary>Loads the model, or joins whoever has loaded it.</summary>
    /// <exception cref="ModelException">The model cannot be loaded or does not fit its project.</exception>
    public ValueTask<ModelLease> AcquireAsync(ServedGeneration served) => AcquireAsync(served.Generation, served.Manifest);

    /// <inheritdoc cref="AcquireAsync(ServedGeneration)"/>
    public async ValueTask<ModelLease> AcquireAsync(GenerationInfo served, Manifest manifest)
    {
        Entry? entry;
        lock (gate)
        {
            if (!entries.TryGetValue(served.Reference, out entry))
                entries.Add(served.Reference, entry = new Entry());
            if (entry.Holders++ == 0 && entry.Loaded is not null)
                unheld--;
            // Loading takes long; the next in line waits for the same load.
            entry.Loading ??= Task.Run(() => loader.LoadAsync(served, manifest, Load));
        }

        try
        {
            var model = await entry.Loading;
            lock (gate)
            {
                if (entry.Loaded is null)
                {
                    entry.Loaded = model;
                    loadedBytes += model.Bytes;
                    MakeRoom();
                }
            }

            return new ModelLease(model, () => Release(entry));
        }
        catch
        {
            lock (gate)
            {
                // The next who asks tries again.
                if (--entry.Holders == 0)
                    entries.Remove(served.Reference);
            }

            throw;
        }
    }

    private LoadedModel Load(GenerationInfo served, Manifest manifest, byte[] bytes)
    {
        var started = Stopwatch.GetTimestamp();
        var project = RunsOf(served.Reference.Project);
        var runner = ModelRunner.Load(bytes, manifest, watchdog, project);
        var joins = manifest.Features.Count > 0 && BatchProbe.RowsAreIndependent(runner, manifest);
        var joinsOutputs = joins && BatchProbe.OutputsAreIndependent(runner, manifest);
        LogLoaded(logger, served.Reference, bytes.Length, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds, joins);
        return new LoadedModel(runner, new ModelBatcher(runner, project, joins, joinsOutputs, manifest.Serving, time), project, bytes.Length, joins);
    }

    private ProjectRuns RunsOf(string project) => runs.GetOrAdd(project, static _ => new ProjectRuns());

    private void Release(Entry entry)
    {
        lock (gate)
        {
            entry.UsedAt = time.GetTimestamp();
            if (--entry.Holders > 0)
                return;
            unheld++;
            if (loadedBytes > budget || unheld > MaxUnheld)
                MakeRoom();
        }
    }

    /// <summary>Unloads the models that nobody has held for some time.</summary>
    public void Unload(TimeSpan unusedFor)
    {
        lock (gate)
        {
            foreach (var (reference, entry) in Unheld().Where(pair => time.GetElapsedTime(pair.Value.UsedAt) >= unusedFor).ToList())
                Unload(reference, entry);
        }
    }

    /// <summary>Unloads what nobody holds, the longest unused first, until the budget is met or all that is left is held.</summary>
    private void MakeRoom()
    {
        foreach (var (reference, entry) in Unheld().OrderBy(pair => pair.Value.UsedAt).ToList())
        {
            if (loadedBytes <= budget && unheld <= MaxUnheld)
                return;
            Unload(reference, entry);
        }
    }

    private IEnumerable<KeyValuePair<GenerationReference, Entry>> Unheld() => entries.Where(pair => pair.Value is { Holders: 0, Loaded: not null });

    private void Unload(GenerationReference reference, Entry entry)
    {
        entries.Remove(reference);
        unheld--;
        loadedBytes -= entry.Loaded!.Bytes;
        entry.Loaded.Dispose();
        LogUnloaded(logger, reference);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded {Generation} ({Bytes} bytes) in {Milliseconds} ms; queries may share a run: {Joins}")]
    private static partial void LogLoaded(ILogger logger, GenerationReference generation, long bytes, long milliseconds, bool joins);

    [LoggerMessage(Level = LogLevel.Information, Message = "Unloaded {Generation}, which nobody uses")]
    private static partial void LogUnloaded(ILogger logger, GenerationReference generation);

    private sealed class Entry
    {
        public Task<LoadedModel>? Loading { get; set; }

        public LoadedModel? Loaded { get; set; }

        public int Holders { get; set; }

        public long UsedAt { get; set; }
    }
}
