using System.Collections.Concurrent;
using Progeny.Abstractions.Lifecycle;
using Progeny.Core.Registry;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <summary>The models loaded on this silo, each once, whoever uses it. A model is unloaded when its last lease ends.</summary>
internal sealed class ModelCache(IArtifactStore artifacts)
{
    private readonly ConcurrentDictionary<GenerationReference, Entry> entries = new();

    /// <summary>Loads the model, or joins whoever has loaded it.</summary>
    /// <exception cref="ModelException">The model cannot be loaded or does not fit its project.</exception>
    public async Task<ModelLease> AcquireAsync(ServedGeneration served)
    {
        while (true)
        {
            var entry = entries.GetOrAdd(served.Reference, _ => new Entry(() => LoadAsync(served)));
            if (!entry.TryHold())
                continue; // its last lease has just ended: the next round makes a new one
            try
            {
                return new ModelLease(await entry.LoadAsync(), () => Release(served.Reference, entry));
            }
            catch
            {
                Release(served.Reference, entry);
                throw;
            }
        }
    }

    private async Task<ModelRunner> LoadAsync(ServedGeneration served)
    {
        try
        {
            await using var stream = await artifacts.OpenAsync(served.Generation.Assets.Model, CancellationToken.None);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            return ModelRunner.Load(bytes, served.Manifest);
        }
        catch (Exception exception) when (exception is ArtifactMissingException or ArtifactCorruptException or IOException)
        {
            throw new ModelException($"The model of {served.Reference} cannot be read: {exception.Message}", exception);
        }
    }

    private void Release(GenerationReference reference, Entry entry)
    {
        if (entry.Release())
            entries.TryRemove(KeyValuePair.Create(reference, entry));
    }

    private sealed class Entry(Func<Task<ModelRunner>> load)
    {
        private readonly Lazy<Task<ModelRunner>> model = new(load);
        private readonly Lock gate = new();
        private ModelRunner? runner;
        private int holders;
        private bool ended;

        public async Task<ModelRunner> LoadAsync() => runner = await model.Value;

        public bool TryHold()
        {
            lock (gate)
            {
                if (ended)
                    return false;
                holders++;
                return true;
            }
        }

        /// <summary>Gives up one hold; true where it was the last, and the model is unloaded.</summary>
        public bool Release()
        {
            lock (gate)
            {
                if (--holders > 0)
                    return false;
                ended = true;
            }

            runner?.Dispose();
            return true;
        }
    }
}
