using Progeny.Abstractions.Metrics;
using Progeny.Core.Drift;

namespace Progeny.Storage.Metrics;

/// <summary>What a summary changes in the newest rows of its generation.</summary>
/// <param name="Replaced">The end of the stored block that a new one took up; null: none did.</param>
/// <param name="Added">The new blocks.</param>
/// <param name="RemovedUntil">Blocks that end here or before are not kept.</param>
internal sealed record RecentChange(long? Replaced, IReadOnlyList<RecentBlock> Added, long RemovedUntil)
{
    // A block that has less takes up what comes next.
    private const int MinRows = 100;

    /// <summary>The change that a summary makes.</summary>
    /// <param name="last">The last block that is stored; null: there is none.</param>
    /// <returns>Null where the summary has no rows of which it is known how they were spread.</returns>
    public static RecentChange? Of(RecentBlock? last, GenerationSummary summary)
    {
        var (stored, added) = (last, new List<RecentBlock>());
        long? replaced = null;
        foreach (var window in summary.Windows)
        {
            if (window.Distributions.IsEmpty)
                continue;
            if (Distributions.Decode(window.Distributions.Span) is not { Rows: > 0 and var rows } distributions)
                continue;
            var until = rows + (last?.Until ?? 0);
            if (last is { Rows: < MinRows })
            {
                distributions.Merge(Distributions.Decode(last.Data));
                rows += last.Rows;
                if (last == stored)
                    replaced = last.Until;
                else
                    added.RemoveAt(added.Count - 1);
            }

            added.Add(last = new RecentBlock(until, rows, window.Start.ToUnixTimeSeconds(), distributions.Encode()));
        }

        return last is null || added.Count == 0 ? null : new RecentChange(replaced, added, last.Until - RecentBlock.MaxRows);
    }
}
