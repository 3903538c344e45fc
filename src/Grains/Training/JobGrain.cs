using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Training;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Grains.Common;
using Progeny.Grains.Tracking;

namespace Progeny.Grains.Training;

/// <inheritdoc cref="IJobGrain"/>
[RequiresRole(SiloRoles.Training)]
internal sealed partial class JobGrain(
    [PersistentState("job", StorageNames.Grains)] IPersistentState<JobState> storage,
    JobRunner runner,
    JobInstruments instruments,
    IArtifactStore artifacts,
    IDecisionLog decisions,
    JobRunRecorder runs,
    TimeProvider time,
    SiloStop siloStop,
    ILogger<JobGrain> logger) : RemindedGrain, IJobGrain, IStoredGrain
{
    public bool IsStored => storage.RecordExists;

    private readonly CancellationTokenSource stop = new();
    private readonly AsyncLock saving = new();
    private Task? running;

    /// <summary>The progress that the work reported last; written by the work's thread, read in turns of the grain.</summary>
    private volatile TrainingProgress? latest;

    /// <summary>Whether what fails now may fail for the node's stop: then the job stays open and runs again at the next start.</summary>
    private bool NodeStops => !storage.State.CancelRequested && (stop.IsCancellationRequested || siloStop.Token.IsCancellationRequested);

    /// <summary>Whether what the job made was proposed, or the proposal refused.</summary>
    private bool isProposed;

    public Task<JobInfo?> Get() => Task.FromResult(storage.State.Show(latest, isProposed));

    public async Task<JobInfo> Start(string project, string release, JobRequest request)
    {
        if (storage.State.Job is null)
            await storage.SaveAsync(JobState.Queue(this.GetPrimaryKeyString(), project, release, request, time.GetUtcNow()));
        await Resume();
        return (await Get())!;
    }

    public async Task Resume()
    {
        if (running is not null || storage.State is { Job: null } or { Reported: true })
            return;
        if (!storage.State.IsOpen)
        {
            running = ReportAgainAsync();
            return;
        }

        await SetWakeReminderAsync();
        running = RunAsync();
    }

    public async Task<JobInfo?> Cancel(string? by)
    {
        await SaveAsync(state => state.RequestCancel(by));
        if (storage.State.IsOpen)
        {
            await decisions.AppendAsync(storage.State.CancelDecision(time.GetUtcNow()), CancellationToken.None);
            await stop.CancelAsync();
            await Resume();
        }

        return await Get();
    }

    public async Task<string> GetLog() =>
        storage.State.Log is { } digest ? await artifacts.ReadTextAsync(digest, CancellationToken.None) : "";

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // The node stops: the trainer's processes must not outlive it. The state still says running, so that it runs again.
        await stop.CancelAsync();
        if (running is not null)
            await running.EndedAsync(cancellationToken);
        stop.Dispose();
    }

    protected override Task WakeAsync() => Resume();

    private async Task RunAsync()
    {
        try
        {
            // A job that nobody asks for must not be collected as idle while it works.
            var often = new GrainTimerCreationOptions(WakeInterval, WakeInterval) { KeepAlive = true };
            using var awake = this.RegisterGrainTimer(static _ => Task.CompletedTask, often);
            if (storage.State.CancelRequested)
                await stop.CancelAsync();
            var outcome = await runner.RunAsync(storage.State.Job!, BeginAttemptAsync, new Latest(this), stop.Token);
            if (outcome.Succeeded || !NodeStops)
                await EndAsync(outcome.Succeeded ? JobStatus.Succeeded : JobStatus.Failed, outcome);
        }
        catch (Exception exception) when (ClusterFault.IsPassing(exception))
        {
            // Another silo died, or the database is away. The job stays open and is tried again soon, after a stop when it is woken.
            LogInterrupted(logger, exception, this.GetPrimaryKeyString());
            WakeSoon();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (storage.State.CancelRequested && stop.IsCancellationRequested)
            {
                await EndAsync(JobStatus.Cancelled, storage.State.Cancelled());
            }
            else if (!NodeStops)
            {
                LogFailed(logger, exception, this.GetPrimaryKeyString());
                await EndAsync(JobStatus.Failed, JobOutcome.Fail($"The node failed: {exception.Message}", exception.ToString()));
            }
        }
        finally
        {
            running = null;
        }
    }

    private async Task<JobInfo> BeginAttemptAsync()
    {
        var job = storage.State.Begin(time.GetUtcNow());
        await SaveAsync(state => state with { Job = job });
        return job;
    }

    private async Task EndAsync(JobStatus status, JobOutcome outcome)
    {
        var digest = await artifacts.PutTextAsync(outcome.Log, CancellationToken.None);
        var job = storage.State.End(status, outcome, latest?.Fraction ?? 0, time.GetUtcNow());
        await SaveAsync(state => state with { Job = job, Log = digest });
        instruments.Add(job);
        await ReportAsync();
    }

    /// <summary>
    /// Proposes the generation that the job made, then reports the end of the job to its project. A report that a stop interrupts is made
    /// again when the job is woken.
    /// </summary>
    private async Task ReportAsync()
    {
        var job = storage.State.Job!;
        try
        {
            var project = GrainFactory.GetGrain<IProjectGrain>(job.Project);
            if (storage.State.HasProposal)
                await GrainFactory.GetGrain<IRolloutGrain>(job.Project).Propose(job.Generation!, job.Request.By ?? $"job {job.Id}");
            isProposed = true;
            await project.JobEnded(job.Id);
            await runs.RecordAsync(job, storage.State.Log, CancellationToken.None);
            await SaveAsync(state => state with { Reported = true });
            await ClearWakeReminderAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The verdict stands, and is reported again at the next wake-up call. A refusal would be the same then, and is not waited for.
            isProposed |= exception is RegistryException or PlanException;
            if (!siloStop.Token.IsCancellationRequested)
                LogNotReported(logger, exception, job.Id);
        }
    }

    private async Task ReportAgainAsync()
    {
        try
        {
            await Task.Yield(); // so that it has not ended before it is known to run
            await ReportAsync();
        }
        finally
        {
            running = null;
        }
    }

    private Task SaveAsync(Func<JobState, JobState> change) => storage.SaveAsync(saving, change);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job} has ended, but its end could not be reported to its project")]
    private static partial void LogNotReported(ILogger logger, Exception exception, string job);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Job {Job} is interrupted by a failure elsewhere in the cluster; it is started again")]
    private static partial void LogInterrupted(ILogger logger, Exception exception, string job);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string job);

    private sealed class Latest(JobGrain grain) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => grain.latest = value;
    }
}
