using Progeny.Abstractions.Training;

namespace Progeny.Core.Retraining;

/// <summary>What is known of a project's jobs of one kind.</summary>
public sealed record JobHistory
{
    /// <summary>The newest job, whoever started it; null: there is none.</summary>
    public JobInfo? Newest { get; init; }

    /// <summary>When the newest one began that came to its end well, or that somebody cancelled; null: none did.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>How many failed one after the other, up to the newest.</summary>
    public int Failures { get; init; }

    /// <summary>The newest one that has not ended; null: all have.</summary>
    public JobInfo? Open { get; init; }

    /// <summary>Reads the history.</summary>
    /// <param name="jobs">Jobs of one kind, newest first.</param>
    public static JobHistory Of(IReadOnlyList<JobInfo> jobs)
    {
        var failures = 0;
        foreach (var job in jobs)
        {
            if (job.Status is JobStatus.Failed)
                failures++;
            else if (job.Status is JobStatus.Succeeded)
                break;
        }

        return new JobHistory
        {
            Newest = jobs.Count == 0 ? null : jobs[0],
            DoneAt = jobs.FirstOrDefault(job => job.Status is JobStatus.Succeeded or JobStatus.Cancelled)?.CreatedAt,
            Failures = failures,
            Open = jobs.FirstOrDefault(job => job.Status is JobStatus.Queued or JobStatus.Running),
        };
    }

    /// <summary>Until when nothing is started, for the failures there were; null: something may be.</summary>
    public DateTimeOffset? RestUntil(BackOff backOff, DateTimeOffset now) =>
        Failures > 0 && Schedule.Due(Newest?.EndedAt, backOff.After(Failures), now) is var until && until > now ? until : null;
}
