using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Metrics;

/// <summary>
/// Makes summaries of what the meters of this silo counted for generations that log nothing. There is one summary of a generation at a
/// time; until it is confirmed, further counts stay in the meter. Not thread-safe.
/// </summary>
public sealed class UnloggedCounts(ServingMeters meters)
{
    private readonly Guid _run = Guid.NewGuid();
    private readonly Dictionary<GenerationReference, long> _confirmed = [];
    private readonly Dictionary<GenerationReference, GenerationSummary> _unconfirmed = [];

    /// <summary>Closes what was counted until now, and returns the summaries that are not confirmed.</summary>
    /// <param name="at">A time in the window in which new counts belong.</param>
    public IReadOnlyList<GenerationSummary> Close(DateTimeOffset at)
    {
        foreach (var meter in meters.All)
        {
            if (_unconfirmed.ContainsKey(meter.Generation))
                continue;
            // What is logged is counted from the log.
            if (meter.Drain() is not { } counts || meter.IsLogged)
                continue;
            var after = _confirmed.GetValueOrDefault(meter.Generation);
            _unconfirmed.Add(meter.Generation, new GenerationSummary
            {
                Generation = meter.Generation,
                Source = _run,
                IsLogged = false,
                After = after,
                Through = after + 1,
                Windows = [WindowFold.Summarize(MetricsResolution.StartOf(at, MetricsResolution.Finest.Step), counts, [])],
            });
        }

        return [.. _unconfirmed.Values];
    }

    /// <summary>Forgets a summary that the perfdb holds. One that does not begin at the cursor is moved there.</summary>
    /// <param name="cursor">The number up to which the perfdb holds the counts of this run.</param>
    public void Settle(GenerationSummary summary, long cursor)
    {
        ArgumentNullException.ThrowIfNull(summary);
        _confirmed[summary.Generation] = cursor;
        if (cursor == summary.Through)
            _unconfirmed.Remove(summary.Generation);
        else
            _unconfirmed[summary.Generation] = summary with { After = cursor, Through = cursor + 1 };
    }
}
