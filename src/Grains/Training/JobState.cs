using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Training;
using Progeny.Core.Decisions;
using Progeny.Core.Training;

namespace Progeny.Grains.Training;

/// <summary>What <see cref="JobGrain"/> remembers.</summary>
public sealed record JobState
{
    public JobInfo? Job { get; init; }

    /// <summary>The log in the artifact store, once the job has ended.</summary>
    public string? Log { get; init; }

    /// <summary>Whether somebody asked to stop it; stored, so that a node which dies before it has stopped does not run it again.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Whether its end was reported to its project, and the generation that it made was proposed.</summary>
    public bool Reported { get; init; }

    internal static JobState Queue(string id, string project, string release, JobRequest request, DateTimeOffset now) => new()
    {
        Job = new JobInfo
        {
            Id = id,
            Project = project,
            Release = release,
            Request = request,
            Status = JobStatus.Queued,
            Message = "Waits for a free place.",
            CreatedAt = now,
        },
    };

    /// <summary>Has the job stopped, if it has not ended; who asked first stays.</summary>
    internal JobState RequestCancel(string? by) =>
        IsOpen && !CancelRequested ? this with { CancelRequested = true, Job = Job! with { CancelledBy = by } } : this;

    /// <summary>The decision to cancel the job, the same each time but for its time.</summary>
    internal Decision CancelDecision(DateTimeOffset now) => new()
    {
        Id = $"{Job!.Project}/cancel/{Job.Id}",
        Project = Job.Project,
        At = now,
        Kind = DecisionKind.Job,
        By = Job.CancelledBy ?? Decommissioning.Operator,
        Message = $"Cancel the job {Job.Id} ({Job.Request.Kind.ToString().ToLowerInvariant()} of {Job.Release}).",
    };

    /// <summary>The verdict on a job that was cancelled.</summary>
    internal JobOutcome Cancelled() => JobOutcome.Fail(Job!.CancelledBy is { } by ? $"Cancelled by {by}." : "Cancelled by request.");

    internal bool IsOpen => Job is { Status: JobStatus.Queued or JobStatus.Running };

    /// <summary>Whether the job has made a generation whose proposal is not reported yet.</summary>
    internal bool HasProposal => !Reported
        && Job is { Status: JobStatus.Succeeded, Generation: not null } job && job.Request.Kind.MakesGeneration();

    /// <summary>The job at the begin of an attempt.</summary>
    internal JobInfo Begin(DateTimeOffset now) =>
        Job! with { Status = JobStatus.Running, Message = "Starts.", StartedAt = now, Attempts = Job.Attempts + 1 };

    /// <summary>The job at its end.</summary>
    /// <param name="progress">From 0 to 1, where it has not succeeded.</param>
    internal JobInfo End(JobStatus status, JobOutcome outcome, double progress, DateTimeOffset now) => Job! with
    {
        Status = status,
        Message = outcome.Message,
        Progress = status == JobStatus.Succeeded ? 1 : progress,
        EndedAt = now,
        Generation = outcome.Generation,
        Metrics = outcome.Metrics,
        Skipped = outcome.Skipped,
    };

    /// <summary>The job as it is shown.</summary>
    /// <param name="progress">The progress that its work reported last; null: none yet.</param>
    /// <param name="isProposed">Whether its generation was proposed. Until then the job is shown as running.</param>
    internal JobInfo? Show(TrainingProgress? progress, bool isProposed) => Job switch
    {
        { } job when IsOpen && CancelRequested => job with { Progress = progress?.Fraction ?? 0, Message = "Is being cancelled." },
        { } job when HasProposal && !isProposed =>
            job with { Status = JobStatus.Running, EndedAt = null, Message = "Its generation is being proposed." },
        { Status: JobStatus.Running } job when progress is not null =>
            job with { Progress = progress.Fraction, Message = progress.Message },
        _ => Job,
    };
}
