using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Core.Retraining;
using Progeny.Core.Views;
using Progeny.Grains.Feedback;

namespace Progeny.Grains.Retraining;

/// <summary>
/// What an offline agent does for good order: lets its project's records grow old, removes scores whose records are gone, and measures the
/// feedback loop.
/// </summary>
internal sealed class OfflineUpkeep(
    RetentionScope running,
    IQueryLog log,
    IScoreStore scores,
    IFeedbackReader feedback,
    FeedbackInstruments instruments,
    ViewAges views,
    IOptions<OfflineAgentOptions> options,
    TimeProvider time)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    /// <summary>What is measured of ages need be no more exact than by this share of the time since the last query.</summary>
    private const double AgeTolerance = 0.1;

    private readonly ConcurrentDictionary<string, Done> done = new(StringComparer.Ordinal);

    /// <param name="touched">Whether something has happened to the project since the last time.</param>
    /// <returns>When there is something to do again; null: not before something happens to the project.</returns>
    public async Task<DateTimeOffset?> RunAsync(OfflineProject project, bool touched, CancellationToken cancellationToken)
    {
        var (name, now) = (project.Info.Name, time.GetUtcNow());
        running.Add(name);
        var last = done.GetValueOrDefault(name) ?? new Done(null, null, now, IsEmpty: false);
        if (touched)
            last = last with { ActiveAt = now, IsEmpty = false };
        if (last.IsEmpty)
            return null;
        var (sweeps, measures) = (
            Schedule.Due(last.Swept, SweepEvery, now) <= now, Schedule.Due(last.Measured, MeasureEvery(last, now), now) <= now);
        var begins = sweeps || measures ? await log.ReadBeginsAsync(name, cancellationToken) : [];
        if (sweeps)
        {
            foreach (var begin in begins)
            {
                while (await scores.SweepAsync(begin, cancellationToken))
                    cancellationToken.ThrowIfCancellationRequested();
            }

            last = last with { Swept = now };
        }

        if (measures)
        {
            var report = await feedback.ReadAsync(name, now, cancellationToken);
            instruments.Set(name, report);

            // Before this node's first check nobody knows when the last query came, except that it is as old as the youngest one.
            if (last.Measured is null && !touched && report.Ages.FirstOrDefault(age => age.Queries > 0) is { } youngest)
                last = last with { ActiveAt = now.AddSeconds(-youngest.FromSeconds) };
            last = last with { Measured = now, IsEmpty = begins.All(begin => begin.At is null) };
        }

        done[name] = last;
        if (last.IsEmpty)
            return null;
        var (sweep, measure) = (Schedule.Due(last.Swept, SweepEvery, now), Schedule.Due(last.Measured, MeasureEvery(last, now), now));
        return sweep < measure ? sweep : measure;
    }

    private TimeSpan MeasureEvery(Done last, DateTimeOffset now)
    {
        var shortest = TimeSpan.FromSeconds(options.Value.MeasureSeconds);
        var tolerated = (now - last.ActiveAt) * AgeTolerance;
        return tolerated < shortest ? shortest : tolerated;
    }

    /// <summary>The project has ended.</summary>
    public void Forget(string project)
    {
        running.Remove(project);
        done.TryRemove(project, out _);
        instruments.Remove(project);
        views.Remove(project);
    }

    /// <param name="Swept">When scores were swept last; null: not yet on this node.</param>
    /// <param name="Measured">When the feedback loop was measured last; null: not yet on this node.</param>
    /// <param name="ActiveAt">When something happened to the project last.</param>
    /// <param name="IsEmpty">Whether the log holds no record of the project, so that there is nothing to do.</param>
    private sealed record Done(DateTimeOffset? Swept, DateTimeOffset? Measured, DateTimeOffset ActiveAt, bool IsEmpty);
}
