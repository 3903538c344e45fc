using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Alerts;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Retraining;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Retraining;
using Progeny.Grains.Common;

namespace Progeny.Grains.Retraining;

/// <inheritdoc cref="IOfflineAgentGrain"/>
internal sealed partial class OfflineAgentGrain(
    [PersistentState("offline", StorageNames.Grains)] IPersistentState<OfflineAgentState> storage,
    CompiledReleases releases,
    RetrainScheduler retraining,
    ServedEvaluations evaluations,
    OutcomeIngestion pulling,
    OfflineUpkeep upkeep,
    ProjectBreaker breaker,
    IOptions<OfflineAgentOptions> options,
    SiloStop siloStop,
    TimeProvider time,
    ILogger<OfflineAgentGrain> logger) : Grain, IOfflineAgentGrain
{
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(siloStop.Token);
    private readonly AsyncLock saving = new();
    private OfflineProject? project;
    private Task<TimeSpan?> check = Task.FromResult<TimeSpan?>(null);
    private Task pulls = Task.CompletedTask;
    private OfflineAgentInfo? seen;

    private string Name => this.GetPrimaryKeyString();

    private TimeSpan Check => TimeSpan.FromSeconds(options.Value.CheckSeconds);

    public Task<TimeSpan?> CheckProject(bool touched)
    {
        if (!check.IsCompleted)
            return Task.FromResult<TimeSpan?>(Check);
        return check = CheckOnceAsync(touched);
    }

    public async Task<OfflineAgentInfo?> Get()
    {
        // An agent that has had nothing to do for some minutes was put out of memory, with what it saw last.
        if (seen is null)
        {
            if (await GrainFactory.GetGrain<IProjectGrain>(Name).Get() is null)
                return null;
            if (check.IsCompleted)
                check = CheckOnceAsync(touched: false);
            await check;
        }

        return Shown();
    }

    public Task<OfflineAgentInfo> Pause(string by) => SetPausedAsync(by);

    public Task<OfflineAgentInfo> Resume(string by) => SetPausedAsync(null);

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        await Task.WhenAll(check, pulls).EndedAsync(cancellationToken);
        stop.Dispose();
    }

    /// <returns>After how long it is to be called again; null: not before something happens to the project.</returns>
    private async Task<TimeSpan?> CheckOnceAsync(bool touched)
    {
        var errors = new List<string>();
        IDisposable? first = null;
        try
        {
            // What ends the node in a later check, would do so in the first one after the next start.
            first = project is null ? await breaker.EnterAsync(Name, "the first check of the offline agent", stop.Token) : null;
            return await CheckOnceAsync(touched, errors);
        }
        catch (ProjectHeldException exception)
        {
            seen = Shown() with { CheckedAt = time.GetUtcNow(), Error = exception.Message };
            return null;
        }
        finally
        {
            first?.Dispose();
        }
    }

    private async Task<TimeSpan?> CheckOnceAsync(bool touched, List<string> errors)
    {
        try
        {
            project ??= new OfflineProject(Name, GrainFactory, releases);
            if (!await project.ReadAsync())
            {
                Rest();
                return null;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !stop.IsCancellationRequested)
        {
            LogFailed(logger, exception, Name, "checking the project");
            seen = Shown() with { CheckedAt = time.GetUtcNow(), Error = exception.Message };
            return Check;
        }

        var next = Shown() with { CheckedAt = time.GetUtcNow() };
        var held = breaker.HeldOf(Name);
        if (held is not null)
            errors.Add(held);
        var (paused, backOff) = (storage.State.PausedBy is not null || held is not null, options.Value.BackOff);
        var waits = new List<TimeSpan?>();

        // Each is done whatever becomes of the others.
        if (pulls.IsCompleted)
            pulls = PullAsync(project.Manifest, paused, backOff);
        await TryAsync("training", async () =>
        {
            var (work, memory, stable) = await retraining.RunAsync(project, paused, RetrainMemory.Of(storage.State), backOff, stop.Token);
            next = next with { Training = work };
            waits.AddRange([stable, Until(work.Next)]);
            await SaveAsync(memory.In);
        });
        await TryAsync("evaluating", async () =>
        {
            next = next with { Evaluation = await evaluations.RunAsync(project, paused, backOff, stop.Token) };
            waits.Add(Until(next.Evaluation.Next));
        });
        await TryAsync("checking alerts", async () => waits.Add(await GrainFactory.GetGrain<IAlertGrain>(Name).Check()));
        await TryAsync("removing what is too old", async () => waits.Add(Until(await upkeep.RunAsync(project, touched, stop.Token))));
        seen = next with { Error = errors.Count == 0 ? null : string.Join(" ", errors) };
        if (errors.Count > (held is null ? 0 : 1) || project.HasOpenJob || !pulls.IsCompleted)
            return Check;
        if (project.Manifest.Outcomes is not null && !paused)
            waits.Add(Until(storage.State.Pull?.Next ?? time.GetUtcNow()));
        return waits.Min() is { } wait && wait < Check ? Check : waits.Min();

        TimeSpan? Until(DateTimeOffset? at) => at is { } due ? due - time.GetUtcNow() : null;

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

    /// <summary>Pulls outcomes beside the checks: a feed that hangs keeps nothing else waiting.</summary>
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

    /// <summary>There is nothing to run any more, until the project is published or brought back.</summary>
    private void Rest()
    {
        seen = null;
        upkeep.Forget(Name);
    }

    private async Task<OfflineAgentInfo> SetPausedAsync(string? by)
    {
        if (await GrainFactory.GetGrain<IProjectGrain>(Name).Get() is null)
            throw new RegistryException(RegistryError.NotFound, $"There is no project '{Name}'.");
        await SaveAsync(state => state with { PausedBy = by });
        if (by is null)
            breaker.Reset(Name);
        await GrainFactory.GetGrain<IOfflineScheduleGrain>(IOfflineScheduleGrain.Key).Touch([Name]);
        return Shown();
    }

    private OfflineAgentInfo Shown() => storage.State.Show(Name, seen);

    private Task SaveAsync(Func<OfflineAgentState, OfflineAgentState> change) => storage.SaveAsync(saving, change);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The offline agent of {Project} failed while {What}; it tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string project, string what);
}
