using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Metrics;

/// <summary>
/// The summaries of this silo of which it is not known that they are stored. They are sent again until it is: the perfdb counts each
/// once. Not thread-safe.
/// </summary>
/// <param name="most">How many are kept; where the perfdb stands still for longer, the oldest are lost and counted.</param>
public sealed class SummaryOutbox(int most = SummaryOutbox.DefaultMost)
{
    /// <summary>Two days of one generation in use, or half an hour of a hundred.</summary>
    public const int DefaultMost = 20_000;

    // The perfdb knows ids for a week: what is sent later might be counted twice.
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(6);

    private readonly Queue<GenerationSummary> _waiting = [];

    /// <summary>How many are not known to be stored.</summary>
    public int Count => _waiting.Count;

    /// <summary>How many were given up.</summary>
    public long Lost { get; private set; }

    public IReadOnlyCollection<GenerationSummary> All => _waiting;

    public void Add(IEnumerable<GenerationSummary> summaries, DateTimeOffset now)
    {
        foreach (var summary in summaries)
            _waiting.Enqueue(summary);
        while (_waiting.Count > most || (_waiting.TryPeek(out var oldest) && now - oldest.WindowStart > MaxAge))
        {
            _waiting.Dequeue();
            Lost++;
        }
    }

    /// <summary>What waits, by generation.</summary>
    public IReadOnlyList<(GenerationReference Generation, IReadOnlyList<GenerationSummary> Summaries)> ByGeneration() =>
        [.. _waiting.GroupBy(summary => summary.Generation).Select(group => (group.Key, (IReadOnlyList<GenerationSummary>)[.. group]))];

    /// <summary>Takes out what is stored.</summary>
    public void Confirm(IReadOnlySet<Guid> ids)
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var summary = _waiting.Dequeue();
            if (!ids.Contains(summary.Id))
                _waiting.Enqueue(summary);
        }
    }
}
