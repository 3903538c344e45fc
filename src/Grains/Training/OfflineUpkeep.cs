using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.Training;
using Progeny.Grains.Feedback;

namespace Progeny.Grains.Training;

/// <summary>What an offline agent does for good order: removes scores that are older than its project keeps records, and measures the feedback loop.</summary>
internal sealed class OfflineUpkeep(IScoreStore scores, IFeedbackReader feedback, FeedbackInstruments instruments, IOptions<OfflineAgentOptions> options, TimeProvider time)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (DateTimeOffset? Swept, DateTimeOffset? Measured)> done = new(StringComparer.Ordinal);

    public async Task RunAsync(OfflineProject project, CancellationToken cancellationToken)
    {
        var (name, now) = (project.Info.Name, time.GetUtcNow());
        var (swept, measured) = done.GetValueOrDefault(name);
        if (Clockwork.Due(swept, SweepEvery, now) <= now)
        {
            while (await scores.SweepAsync(name, now - project.Manifest.Serving.Retention, cancellationToken))
                cancellationToken.ThrowIfCancellationRequested();
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
        done.TryRemove(project, out _);
        instruments.Remove(project);
    }
}
