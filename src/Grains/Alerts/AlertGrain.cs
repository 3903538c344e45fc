using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Alerts;
using Progeny.Abstractions.Projects;
using Progeny.Core.Alerts;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.Gates;
using Progeny.Grains.Common;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Alerts;

/// <inheritdoc cref="IAlertGrain"/>
/// <remarks>
/// An episode, its decision and its message are stored in one write; what a stop leaves undone is done by whoever comes next. Deliveries
/// run beside the checks, which must not wait for a receiver that is slow.
/// </remarks>
internal sealed partial class AlertGrain(
    [PersistentState("alerts", StorageNames.Grains)] IPersistentState<AlertState> storage,
    GateSubjects generations,
    IGenerationFigures figures,
    IDecisionLog decisions,
    IWebhooks webhooks,
    SiloStop siloStop,
    TimeProvider time,
    ILogger<AlertGrain> logger) : Grain, IAlertGrain
{
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(siloStop.Token);
    private readonly AsyncLock saving = new();
    private IGrainTimer? timer;
    private Task delivering = Task.CompletedTask;

    private string Project => this.GetPrimaryKeyString();

    public async Task<TimeSpan?> Check()
    {
        try
        {
            var stable = await EvaluateAsync();
            await DecideAsync();
            var due = DeliveryDue();
            return due < stable || stable is null ? due : stable;
        }
        finally
        {
            // What was to be told before does not wait for figures that cannot be read.
            ScheduleDelivery();
        }
    }

    public async Task<ImmutableArray<AlertInfo>> Get()
    {
        if (await ChampionAsync() is not { } judged)
            return [];
        return
        [
            .. judged.Manifest.Alerts.Select(alert =>
            {
                var episode = storage.State.Episodes.FirstOrDefault(each => each.Name == alert.Name);
                var waiting = storage.State.Outbox.Where(message => message.Alert == alert.Name).ToList();
                return new AlertInfo
                {
                    Name = alert.Name,
                    When = alert.When,
                    Webhook = alert.Webhook,
                    Active = episode is { Until: null },
                    Episode = episode,
                    Undelivered = waiting.Count,
                    DeliveryError = waiting.FirstOrDefault()?.Error,
                };
            }),
        ];
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        timer?.Dispose();
        await stop.CancelAsync();
        await delivering.EndedAsync(cancellationToken);
        stop.Dispose();
    }

    private async Task<GateSubject?> ChampionAsync() =>
        await GrainFactory.GetGrain<IProjectGrain>(Project).Get() is { Champion: { } champion, Decommissioned: null }
            ? await generations.GetAsync(champion)
            : null;

    /// <returns>How long the answers of the alerts stay, while nothing happens to the project; null: as long as that.</returns>
    private async Task<TimeSpan?> EvaluateAsync()
    {
        if (await ChampionAsync() is not { } judged)
            return null;
        var alerts = judged.Manifest.Alerts;
        if (alerts.Count == 0 && storage.State.Episodes.All(episode => episode.Until is not null))
            return null;
        var known = alerts.Count == 0 ? null : await figures.ReadAsync(judged.Info.Reference, null, stop.Token);
        var verdicts = await judged.Conditions.AskAsync(
            [.. alerts.Select((_, i) => (Func<ConditionVerdict>)(() => judged.Conditions.Alert(i, known!)))], stop.Token);
        var now = time.GetUtcNow();
        var (episodes, changed) = AlertEpisodes.Update(storage.State.Episodes, alerts, verdicts, judged.Info.Reference, now);
        var stable = known is null ? null : FigureStability.Of(known, verdicts);
        if (changed.IsEmpty)
            return stable;
        await SaveAsync(state => state with
        {
            Episodes = episodes,
            Undecided = [.. state.Undecided, .. changed.Select(episode => AlertMessages.DecisionOf(Project, episode))],
            Outbox = Bound(
                [.. state.Outbox, .. changed.Select(episode => AlertMessages.Of(Project, episode, now)).OfType<WebhookMessage>()]),
        });
        return stable;
    }

    /// <summary>After how long the next message is due; null: none waits.</summary>
    private TimeSpan? DeliveryDue()
    {
        if (storage.State.Outbox.IsEmpty)
            return null;
        var now = time.GetUtcNow();
        var due = AlertMessages.Next(storage.State.Outbox).Min(message => AlertMessages.DueOf(message, now)) - now;
        return due > TimeSpan.Zero ? due : TimeSpan.Zero;
    }

    private ImmutableArray<WebhookMessage> Bound(ImmutableArray<WebhookMessage> outbox)
    {
        if (outbox.Length <= AlertMessages.Most)
            return outbox;
        LogGivenUp(logger, Project, outbox[0].Id, outbox[0].Webhook, "too many messages wait");
        return outbox[^AlertMessages.Most..];
    }

    private async Task DecideAsync()
    {
        var undecided = storage.State.Undecided;
        if (undecided.IsEmpty)
            return;
        await decisions.AppendAllAsync(undecided, stop.Token);
        await SaveAsync(state => state with { Undecided = [.. state.Undecided.Where(each => !undecided.Contains(each))] });
    }

    /// <summary>Sees to it that what waits is delivered when it is due.</summary>
    private void ScheduleDelivery()
    {
        if (DeliveryDue() is not { } due || !delivering.IsCompleted || stop.IsCancellationRequested)
            return;
        timer?.Dispose();
        timer = this.RegisterGrainTimer(
            _ => delivering = DeliverAsync(),
            new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
    }

    private async Task DeliverAsync()
    {
        try
        {
            var now = time.GetUtcNow();
            foreach (var message in AlertMessages.Next(storage.State.Outbox).Where(message => AlertMessages.DueOf(message, now) <= now)
                .ToList())
            {
                var error = await webhooks.SendAsync(Project, message.Webhook, message.Id, message.Body, stop.Token);
                var next = error is null ? null : AlertMessages.Again(message, error, time.GetUtcNow());
                if (error is not null && next is null)
                    LogGivenUp(logger, Project, message.Id, message.Webhook, error);
                await SaveAsync(state => state with
                {
                    Outbox = next is null
                        ? state.Outbox.RemoveAll(each => each.Id == message.Id)
                        : [.. state.Outbox.Select(each => each.Id == message.Id ? next : each)],
                });
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The next check goes on.
            if (!stop.IsCancellationRequested)
                LogNotDelivered(logger, exception, Project);
            return;
        }

        // This delivery is over, though its task is not yet.
        delivering = Task.CompletedTask;
        ScheduleDelivery();
    }

    private Task SaveAsync(Func<AlertState, AlertState> change) => storage.SaveAsync(saving, change);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: message {Id} to webhook '{Webhook}' is given up: {Reason}")]
    private static partial void LogGivenUp(ILogger logger, string project, string id, string webhook, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Project}: alerts could not be delivered; trying again")]
    private static partial void LogNotDelivered(ILogger logger, Exception exception, string project);
}
