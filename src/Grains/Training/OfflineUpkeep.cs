using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.Serving;
using Progeny.Core.Training;
using Progeny.Grains.Feedback;

namespace Progeny.Grains.Training;

/// <summary>What an offline agent does for good order: lets its project's records grow old, removes scores whose records are gone, and measures the feedback loop.</summary>
internal sealed class OfflineUpkeep(
    RunningProjects running, IQueryLog log, IScoreStore scores, IFeedbackReader feedback, FeedbackInstruments instruments, IOptions<OfflineAgentOptions> options, TimeProvider time)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (DateTimeOffset? Swept, DateTimeOffset? Measured)> done = new(StringComparer.Ordinal);

    public async Task RunAsync(OfflineProject project, CancellationToken cancellationToken)
    {
        var (name, now) = (project.Info.Name, time.GetUtcNow());
        running.Add(name);
        var (swept, measured) = done.GetValueOrDefault(name);
        if (Clockwork.Due(swept, SweepEvery, now) <= now)
        {
            foreach (var begin in await log.ReadBeginsAsync(name, cancellationToken))
            {
                while (await scores.SweepAsync(begin, cancellationToken))
                    cancellationToken.ThrowIfCancellationRequested();
            }

            swept = now;
        }

        if (Clockwork.Due(measured, TimeSpan.FromSeconds(options.Value.MeasureSeconds), now) <= now)
        {
            instruments.Set(name, await feedback.ReadAsync(name, now, cancellationToken));
            measured = now;
        }

        done[name] = (swept, measured);
    }

    /// <summary>The project has ended.</summary>
    public void Forget(string project)
    {
        running.Remove(project);
        done.TryRemove(project, out _);
        instruments.Remove(project);
    }
}
