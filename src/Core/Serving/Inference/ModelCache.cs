using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Releases;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// The models loaded on this silo, each once, which their owners add and all who use them lease. One that nobody holds stays loaded for
/// some minutes, or until its memory is needed; then the owner of the one that was used longest ago unloads it first.
/// </summary>
public sealed partial class ModelCache(ServingOptions options, IModelOwners owners, TimeProvider time, ILogger<ModelCache> logger)
{
    /// <summary>So many models stay loaded though nobody holds them: a model takes memory of its own however small its file is.</summary>
    private const int MaxUnheld = 64;

    /// <summary>A model may be unloaded between its load and its lease; hardly twice.</summary>
    private const int MaxLoads = 3;

    private readonly long budget = options.ModelMemory > 0 ? options.ModelMemory : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
    private readonly Dictionary<GenerationReference, Entry> entries = [];
    private readonly Lock gate = new();
    private long loadedBytes;
    private int unheld;

    /// <summary>How many models are loaded.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return entries.Values.Count(entry => entry.Model is not null);
        }
    }

    /// <summary>The size of their files.</summary>
    public long Bytes => Interlocked.Read(ref loadedBytes);

    /// <summary>Whether a model is loaded.</summary>
    public bool Contains(GenerationReference reference)
    {
        lock (gate)
            return entries.TryGetValue(reference, out var entry) && entry.Model is not null;
    }

    /// <summary>Leases the model; has its owner load it, where it is not loaded.</summary>
    /// <exception cref="ModelException">The model cannot be loaded or does not fit its project.</exception>
    public async ValueTask<ModelLease> AcquireAsync(GenerationReference reference)
    {
        for (var load = 0; load < MaxLoads; load++)
        {
            var entry = Hold(reference);
            try
            {
                if (entry.Model is null)
                    await owners.LoadAsync(reference);
            }
            catch
            {
                Release(entry);
                throw;
            }

            lock (gate)
            {
                if (entry.Model is { } model && IsListed(entry))
                    return new ModelLease(model, () => Release(entry));
            }

            Release(entry);
        }

        throw new ModelException($"The model of {reference} was unloaded while it was asked for; ask again.");
    }

    /// <summary>Adds a model that its owner has loaded.</summary>
    /// <param name="unload">Asks the owner to unload it: to dispose of what is returned here.</param>
    /// <returns>The ownership. Disposed of, the model is leased to nobody any more, and unloaded once nobody holds it.</returns>
    public IDisposable Add(GenerationReference reference, LoadedModel model, Action unload)
    {
        lock (gate)
        {
            if (entries.TryGetValue(reference, out var entry) && entry.Model is not null)
                Remove(entry); // of an owner that has yet to give it up
            if (!IsListed(entry))
                entries.Add(reference, entry = new Entry(this, reference));
            entry.Unload = unload;
            entry.UsedAt = time.GetTimestamp();
            entry.Model = model;
            loadedBytes += model.Bytes;
            if (entry.Holders == 0)
                unheld++;
            MakeRoom(except: entry);
            return entry;
        }
    }

    /// <summary>Unloads the models that nobody has held for some time.</summary>
    public void Unload(TimeSpan unusedFor)
    {
        lock (gate)
        {
            foreach (var entry in Unheld().Where(entry => time.GetElapsedTime(entry.UsedAt) >= unusedFor).ToList())
                Unload(entry);
        }
    }

    private Entry Hold(GenerationReference reference)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(reference, out var entry))
                entries.Add(reference, entry = new Entry(this, reference));
            if (entry.Holders++ == 0 && entry.Model is not null)
                unheld--;
            return entry;
        }
    }

    private void Release(Entry entry)
    {
        lock (gate)
        {
            entry.UsedAt = time.GetTimestamp();
            if (--entry.Holders > 0)
                return;
            if (!IsListed(entry))
                DisposeOnce(entry);
            else if (entry.Model is null)
                entries.Remove(entry.Reference);
            else if (++unheld > MaxUnheld || loadedBytes > budget)
                MakeRoom(except: null);
        }
    }

    /// <summary>The owner gives the model up.</summary>
    private void Close(Entry entry)
    {
        lock (gate)
        {
            entry.IsClosed = true;
            Remove(entry);
            if (entry.Holders == 0)
                DisposeOnce(entry);
        }
    }

    /// <summary>Unloads what nobody holds, the longest unused first, until the budget is met or all that is left is held.</summary>
    private void MakeRoom(Entry? except)
    {
        foreach (var entry in Unheld().Where(entry => entry != except).OrderBy(entry => entry.UsedAt).ToList())
        {
            if (loadedBytes <= budget && unheld <= MaxUnheld)
                return;
            Unload(entry);
        }
    }

    private IEnumerable<Entry> Unheld() => entries.Values.Where(entry => entry is { Holders: 0, Model: not null });

    /// <summary>Nobody can lease the model any more; its owner unloads it.</summary>
    private void Unload(Entry entry)
    {
        Remove(entry);
        LogUnloaded(logger, entry.Reference);
        entry.Unload();
    }

    private bool IsListed([NotNullWhen(true)] Entry? entry) =>
        entry is not null && entries.TryGetValue(entry.Reference, out var listed) && listed == entry;

    private void Remove(Entry entry)
    {
        if (!IsListed(entry))
            return;
        entries.Remove(entry.Reference);
        loadedBytes -= entry.Model!.Bytes;
        if (entry.Holders == 0)
            unheld--;
    }

    private static void DisposeOnce(Entry entry)
    {
        if (!entry.IsClosed)
            return; // its owner disposes of it
        entry.Model?.Dispose();
        entry.Model = null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Unloaded {Generation}, which nobody uses")]
    private static partial void LogUnloaded(ILogger logger, GenerationReference generation);

    /// <summary>A model, or the place of one that is being loaded.</summary>
    private sealed class Entry(ModelCache cache, GenerationReference reference) : IDisposable
    {
        public GenerationReference Reference => reference;

        /// <summary>Null: it is not loaded yet, or not any more.</summary>
        public volatile LoadedModel? Model;

        public Action Unload { get; set; } = () => { };

        public int Holders { get; set; }

        public long UsedAt { get; set; }

        /// <summary>Whether the owner has given it up.</summary>
        public bool IsClosed { get; set; }

        public void Dispose() => cache.Close(this);
    }
}
