using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Training;
using Progeny.Core.Common;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <inheritdoc cref="IJobGrain"/>
internal sealed partial class JobGrain(
    [PersistentState("job", StorageNames.Grains)] IPersistentState<JobState> storage,
    IEnumerable<IJobWork> works,
    TrainingSlots slots,
    ProjectBreaker breaker,
    IOptions<JobOptions> options,
    IArtifactStore artifacts,
    TimeProvider time,
    IHostApplicationLifetime host,
    ILogger<JobGrain> logger) : Grain, IJobGrain, IRemindable, IStoredGrain
{
    private const string WakeReminder = "wake";
    private static readonly TimeSpan WakeInterval = TimeSpan.FromMinutes(1);

    public bool IsStored => storage.RecordExists;

    private readonly CancellationTokenSource stop = new();
    private readonly AsyncLock saving = new();
    private Task? running;

    /// <summary>What the work last said of itself; written by the work's thread, read by turns.</summary>
    private volatile TrainingProgress? latest;

    /// <summary>Whether what fails now may fail for the node's stop: then the job stays open and runs again at the next start.</summary>
    private bool NodeStops => !storage.State.CancelRequested && (stop.IsCancellationRequested || host.ApplicationStopping.IsCancellationRequested);

    /// <summary>Whether what the job made was proposed, or the proposal refused.</summary>
    private bool isProposed;

    /// <summary>Whether the job has made a generation that is not proposed yet. Until then it is not shown as ended: whoever sees that it succeeded finds the proposal.</summary>
    private bool IsProposing => !isProposed && storage.State is
        { Told: false, Job: { Status: JobStatus.Succeeded, Generation: not null, Request.Kind: JobKind.Train or JobKind.Tune } };

    private bool IsOpen => storage.State.Job is { Status: JobStatus.Queued or JobStatus.Running };

    public Task<JobInfo?> Get() => Task.FromResult(storage.State.Job switch
    {
        { } job when IsOpen && storage.State.CancelRequested => job with { Progress = latest?.Fraction ?? 0, Message = "Is being cancelled." },
        { } job when IsProposing => job with { Status = JobStatus.Running, EndedAt = null, Message = "Its generation is being proposed." },
        { Status: JobStatus.Running } job when latest is { } progress => job with { Progress = progress.Fraction, Message = progress.Message },
        var job => job,
    });

    public async Task<JobInfo> Start(string project, string release, JobRequest request)
    {
        if (storage.State.Job is null)
        {
            await storage.SaveAsync(new JobState
            {
                Job = new JobInfo
                {
                    Id = this.GetPrimaryKeyString(),
                    Project = project,
                    Release = release,
                    Request = request,
                    Status = JobStatus.Queued,
                    Message = "Waits for a free place.",
                    CreatedAt = time.GetUtcNow(),
                },
            });
        }

        await Resume();
        return (await Get())!;
    }

    public async Task Resume()
    {
        if (running is not null || storage.State is { Job: null } or { Told: true })
            return;
        if (!IsOpen)
        {
            running = TellAgainAsync();
            return;
        }

        // Should this silo die, the reminder wakes the job on another one.
        await this.RegisterOrUpdateReminder(WakeReminder, WakeInterval, WakeInterval);
        running = RunAsync();
    }

    public async Task<JobInfo?> Cancel()
    {
        await SaveAsync(state => IsOpen ? state with { CancelRequested = true } : state);
        if (IsOpen)
        {
            await stop.CancelAsync();
            await Resume();
        }

        return await Get();
    }

    public async Task<string> GetLog()
    {
        if (storage.State.Log is not { } digest)
            return "";
        await using var stream = await artifacts.OpenAsync(digest, CancellationToken.None);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => Resume();

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // The node stops: the trainer's processes must not outlive it. The state still says running, so that it runs again.
        await stop.CancelAsync();
        if (running is not null)
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            // A job that nobody asks for must not be collected as idle while it works.
            var often = new GrainTimerCreationOptions(WakeInterval, WakeInterval) { KeepAlive = true };
            using var awake = this.RegisterGrainTimer(static _ => Task.CompletedTask, often);
            if (storage.State.CancelRequested)
                await stop.CancelAsync();
            var job = storage.State.Job!;
            using var slot = await slots.TakeAsync(job.Project, job.Request.Kind, stop.Token);
            job = storage.State.Job!;
            if (job.Attempts >= options.Value.MaxAttempts)
            {
                // Whatever stops the node under it would stop it again.
                await EndAsync(job, JobStatus.Failed, JobOutcome.Fail($"Its node stopped in the middle of it {job.Attempts} times; it is not tried again."));
                return;
            }

            job = job with { Status = JobStatus.Running, Message = "Starts.", StartedAt = time.GetUtcNow(), Attempts = job.Attempts + 1 };
            await SaveAsync(state => state with { Job = job });

            // The work is no grain's work: it computes for long, and turns must go on meanwhile.
            var work = works.First(candidate => candidate.Kind == job.Request.Kind);
            using var step = await breaker.EnterAsync(job.Project, StepOf(job.Request.Kind), stop.Token);
            var outcome = await Task.Run(() => work.RunAsync(job, new Latest(this), stop.Token), stop.Token);
            if (!outcome.Succeeded && NodeStops)
                return;
            await EndAsync(job, outcome.Succeeded ? JobStatus.Succeeded : JobStatus.Failed, outcome);
        }
        catch (ProjectHeldException exception)
        {
            await EndAsync(storage.State.Job!, JobStatus.Failed, JobOutcome.Fail(exception.Message));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (storage.State.CancelRequested && stop.IsCancellationRequested)
            {
                await EndAsync(storage.State.Job!, JobStatus.Cancelled, JobOutcome.Fail("Cancelled by request."));
            }
            else if (!NodeStops)
            {
                LogFailed(logger, exception, this.GetPrimaryKeyString());
                await EndAsync(storage.State.Job!, JobStatus.Failed, JobOutcome.Fail($"The node failed: {exception.Message}", exception.ToString()));
            }
        }
        finally
        {
            running = null;
        }
    }

    private static string StepOf(JobKind kind) => kind switch
    {
        JobKind.Evaluate => "an evaluation",
        JobKind.Tune => "a search for parameters",
        _ => "a training",
    };

    private async Task EndAsync(JobInfo job, JobStatus status, JobOutcome outcome)
    {
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(outcome.Log));
        var digest = await artifacts.PutAsync(text, long.MaxValue, CancellationToken.None);
        job = job with
        {
            Status = status,
            Message = outcome.Message,
            Progress = status == JobStatus.Succeeded ? 1 : latest?.Fraction ?? 0,
            EndedAt = time.GetUtcNow(),
            Generation = outcome.Generation,
            Metrics = outcome.Metrics,
        };
        await SaveAsync(state => state with { Job = job, Log = digest });
        await TellAsync();
    }

    /// <summary>Proposes what the job made, then has the project forget it. What a stop interrupts here is done again when the job is woken.</summary>
    private async Task TellAsync()
    {
        var job = storage.State.Job!;
        try
        {
            var project = GrainFactory.GetGrain<IProjectGrain>(job.Project);
            if (job is { Status: JobStatus.Succeeded, Generation: not null, Request.Kind: JobKind.Train or JobKind.Tune })
                await GrainFactory.GetGrain<IRolloutGrain>(job.Project).Propose(job.Generation, job.Request.By ?? $"job {job.Id}");
            isProposed = true;
            await project.JobEnded(job.Id);
            await SaveAsync(state => state with { Told = true });
            if (await this.GetReminder(WakeReminder) is { } reminder)
                await this.UnregisterReminder(reminder);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The verdict stands. Whoever wakes the job next has it told again. A refusal will be the same then, and is not waited for.
            isProposed |= exception is RegistryException or PlanException;
            if (!host.ApplicationStopping.IsCancellationRequested)
                LogNotTold(logger, exception, job.Id);
        }
    }

    private async Task TellAgainAsync()
    {
        try
        {
            await Task.Yield(); // so that it has not ended before it is known to run
            await TellAsync();
        }
        finally
        {
            running = null;
        }
    }

    private Task SaveAsync(Func<JobState, JobState> change) => storage.SaveAsync(saving, change);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job} has ended, but its project could not be told")]
    private static partial void LogNotTold(ILogger logger, Exception exception, string job);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string job);

    private sealed class Latest(JobGrain grain) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => grain.latest = value;
    }
}
