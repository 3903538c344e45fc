using System.Collections.Concurrent;
using Progeny.Abstractions.Releases;
using Progeny.Core.Metrics;

namespace Progeny.Core.Feedback;

/// <summary>Counts the scores that this process stored since it started, for whoever collects metrics. Thread-safe.</summary>
public sealed class ScoreMeters
{
    private readonly ConcurrentDictionary<GenerationReference, (long Scores, double Loss)> _totals = new();

    /// <summary>The number of scores of each generation, and the sum of their losses. A corrected outcome counts once more.</summary>
    public IEnumerable<(GenerationReference Generation, long Scores, double Loss)> All =>
        _totals.Select(pair => (pair.Key, pair.Value.Scores, pair.Value.Loss));

    /// <summary>Adds scores that were stored; one without a finite loss is left out.</summary>
    public void Add(IEnumerable<OutcomeScore> scores)
    {
        foreach (var score in scores)
        {
            if (score.Values.TryGetValue(MetricsPoint.LossName, out var loss) && double.IsFinite(loss))
                _totals.AddOrUpdate(score.Generation, (1, loss), (_, total) => (total.Scores + 1, total.Loss + loss));
        }
    }
}
