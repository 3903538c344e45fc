using Progeny.Core.Metrics;

namespace Progeny.Grains.Training;

/// <summary>Removes for an offline agent what is older than its project keeps it, once an hour.</summary>
internal sealed class OfflineUpkeep(IScoreStore scores, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <returns>When it was done last.</returns>
    public async Task<DateTimeOffset> RunAsync(OfflineProject project, DateTimeOffset? last, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (Core.Training.Clockwork.Due(last, Every, now) > now)
            return last!.Value;
        while (await scores.SweepAsync(project.Info.Name, now - project.Manifest.Serving.Retention, cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();
        return now;
    }
}
