using System.Collections.Concurrent;
using Progeny.Core.Common;

namespace Progeny.Storage.Datasets;

/// <summary>
/// Has work on one dataset of this node wait for each other from judging rows until they are in a version. Other nodes are found by
/// <see cref="Progeny.Core.Datasets.Catalog.NewVersion.After"/>.
/// </summary>
public sealed class DatasetGates
{
    private readonly ConcurrentDictionary<string, AsyncLock> _gates = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn of a piece of work; disposing what is returned ends it.</summary>
    public Task<IDisposable> EnterAsync(string dataset) => _gates.GetOrAdd(dataset, static _ => new AsyncLock()).EnterAsync();
}
