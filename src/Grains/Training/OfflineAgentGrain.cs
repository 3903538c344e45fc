using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Training;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;
using Progeny.Core.Training;
using Progeny.Grains.Registry;

namespace Progeny.Grains.Training;

/// <inheritdoc cref="IOfflineAgentGrain"/>
internal sealed partial class OfflineAgentGrain(
    [PersistentState("offline", StorageNames.Grains)] IPersistentState<OfflineAgentState> storage,
    RuleCompiler compiler,
    Retraining retraining,
    ServedEvaluations evaluations,
    OutcomePulling pulling,
    OfflineUpkeep upkeep,
    IOptions<OfflineAgentOptions> options,
    TimeProvider time,
    ILogger<OfflineAgentGrain> logger) : Grain, IOfflineAgentGrain, IRemindable
{
    private const string WakeReminder = "wake";
    private static readonly TimeSpan WakeInterval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim saving = new(1, 1);
    private OfflineProject? project;
    private IGrainTimer? timer;
    private Task looking = Task.CompletedTask;
    private Task pulls = Task.CompletedTask;
    private OfflineAgentInfo? seen;

    private string Name => this.GetPrimaryKeyString();

    public async Task Wake()
    {
        if (timer is not null)
            return;
        // A node that dies takes the timer along; the reminder makes a new one on another node. It looks at nothing itself.
        await this.RegisterOrUpdateReminder(WakeReminder, WakeInterval, WakeInterval);
        var every = TimeSpan.FromSeconds(options.Value.CheckSeconds);
        timer ??= this.RegisterGrainTimer(LookAsync, new GrainTimerCreationOptions(every, every) { KeepAlive = true, Interleave = true });
    }

    public async Task<OfflineAgentInfo?> Get()
    {
        if (seen is null && await GrainFactory.GetGrain<IProjectGrain>(Name).Get() is null)
            return null;
        return Shown();
    }

    public Task<OfflineAgentInfo> Pause(string by) => SetPausedAsync(by);

    public Task<OfflineAgentInfo> Resume(string by) => SetPausedAsync(null);

    public Task ReceiveReminder(string reminderName, TickStatus status) => Wake();

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        timer?.Dispose();
        await stop.CancelAsync();
        await Task.WhenAll(looking, pulls).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        project?.Dispose();
        stop.Dispose();
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        // The look before may be at a feed that hangs, or at a long list of outcomes.
        if (!looking.IsCompleted)
            return;
        looking = LookOnceAsync();
        await looking;
    }

    private async Task LookOnceAsync()
    {
        var errors = new List<string>();
        try
        {
            project ??= new OfflineProject(Name, GrainFactory, compiler);
            if (!await project.LookAsync())
            {
                await SleepAsync();
                return;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !stop.IsCancellationRequested)
        {
            LogFailed(logger, exception, Name, "looking at the project");
            seen = Shown() with { LookedAt = time.GetUtcNow(), Error = exception.Message };
            return;
        }

        var next = Shown() with { LookedAt = time.GetUtcNow() };
        var (paused, backOff) = (storage.State.PausedBy is not null, options.Value.BackOff);

        // Each is done whatever becomes of the others.
        if (pulls.IsCompleted)
            pulls = PullAsync(project.Manifest, paused, backOff);
        await TryAsync("training", async () =>
        {
            var (work, memory) = await retraining.RunAsync(project, paused, RetrainMemory.Of(storage.State), backOff, stop.Token);
            next = next with { Training = work };
            await SaveAsync(memory.In);
        });
        await TryAsync("evaluating", async () => next = next with { Evaluation = await evaluations.RunAsync(project, paused, backOff, stop.Token) });
        await TryAsync("checking alerts", () => GrainFactory.GetGrain<IAlertGrain>(Name).Check());
        await TryAsync("looking after what is kept", () => upkeep.RunAsync(project, stop.Token));
        seen = next with { Error = errors.Count == 0 ? null : string.Join(" ", errors) };

        async Task TryAsync(string what, Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                if (stop.IsCancellationRequested)
                    return;
                LogFailed(logger, exception, Name, what);
                errors.Add($"While {what}: {exception.Message}");
            }
        }
    }

    /// <summary>Pulls outcomes beside the looks: a feed that hangs keeps nothing else waiting.</summary>
    private async Task PullAsync(Manifest manifest, bool paused, BackOff backOff)
    {
        try
        {
            await pulling.RunAsync(manifest, paused, storage.State, SaveAsync, backOff, stop.Token);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!stop.IsCancellationRequested)
                LogFailed(logger, exception, Name, "pulling outcomes");
        }
    }

    /// <summary>There is nothing to look after any more; whoever publishes or brings back the project wakes it.</summary>
    private async Task SleepAsync()
    {
        timer?.Dispose();
        timer = null;
        seen = null;
        upkeep.Forget(Name);
        if (await this.GetReminder(WakeReminder) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    private async Task<OfflineAgentInfo> SetPausedAsync(string? by)
    {
        if (await GrainFactory.GetGrain<IProjectGrain>(Name).Get() is null)
            throw new RegistryException(RegistryError.NotFound, $"There is no project '{Name}'.");
        await SaveAsync(state => state with { PausedBy = by });
        await Wake();
        return Shown();
    }

    private OfflineAgentInfo Shown() => (seen ?? new OfflineAgentInfo
    {
        Project = Name,
        Paused = false,
        Training = new OfflineWork { Wanted = false, Waits = "the first look" },
        Evaluation = new OfflineWork { Wanted = false, Waits = "the first look" },
    }) with
    {
        Paused = storage.State.PausedBy is not null,
        PausedBy = storage.State.PausedBy,
        Outcomes = storage.State.Pull,
    };

    private async Task SaveAsync(Func<OfflineAgentState, OfflineAgentState> change)
    {
        // Looks and requests interleave, and two writes at once would contradict each other.
        await saving.WaitAsync();
        try
        {
            if (change(storage.State) is var next && next != storage.State)
                await storage.SaveAsync(next);
        }
        finally
        {
            saving.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The offline agent of {Project} failed while {What}; it tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string project, string what);
}
