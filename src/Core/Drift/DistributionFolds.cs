using System.Collections.Concurrent;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Drift;

/// <summary>What this silo has seen of features and predictions since it was last taken out, by generation. Thread-safe.</summary>
public sealed class DistributionFolds
{
    private readonly ConcurrentDictionary<GenerationReference, Fold> _folds = new();

    /// <summary>The generations that were ever folded here.</summary>
    public IEnumerable<GenerationReference> Generations => _folds.Select(pair => pair.Key);

    /// <summary>Lets somebody add to the distributions of a generation, alone.</summary>
    public void Add(GenerationReference generation, Action<Distributions> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        var fold = _folds.GetOrAdd(generation, static _ => new Fold());
        lock (fold)
            add(fold.Distributions);
    }

    /// <summary>Takes out what was added since the last time; null where nothing was.</summary>
    public Distributions? Drain(GenerationReference generation)
    {
        if (!_folds.TryGetValue(generation, out var fold))
            return null;
        lock (fold)
        {
            if (fold.Distributions.IsEmpty)
                return null;
            var taken = fold.Distributions;
            fold.Distributions = new Distributions();
            return taken;
        }
    }

    private sealed class Fold
    {
        public Distributions Distributions { get; set; } = new();
    }
}
