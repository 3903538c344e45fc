using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Timers;

namespace Orleans.Reminders;

/// <summary>Ticks the reminders of the table. The table is the truth: it is read at start and again at times.</summary>
internal sealed class ReminderService(
    Silo silo, IReminderTable table, IOptions<ReminderOptions> options, TimeProvider time, ILogger<ReminderService> logger)
    : IReminderRegistry, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly Silo silo = silo;
    private readonly TimeProvider time = time;
    private readonly ILogger logger = logger;
    private readonly ConcurrentDictionary<(GrainId, string), Reminder> reminders = new();
    private readonly CancellationTokenSource stopping = new();
    private ITimer? refresh;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe("Reminder table", ServiceLifecycleStage.RuntimeGrainServices, table.StartAsync, table.StopAsync);
        lifecycle.Subscribe("Reminders", ServiceLifecycleStage.Active, StartAsync, StopAsync);
    }

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        CheckTime(dueTime, nameof(dueTime));
        CheckTime(period, nameof(period));
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"Cannot register reminder {reminderName} as requested period ({period}) is less than minimum allowed reminder period ({options.Value.MinimumReminderPeriod}).");
        }

        var entry = new ReminderEntry
        {
            GrainId = callingGrainId,
            ReminderName = reminderName,
            StartAt = time.GetUtcNow().UtcDateTime + dueTime,
            Period = period,
        };
        entry.ETag = await table.UpsertRow(entry) ?? throw new ReminderException($"The table did not take the reminder {entry}.");
        return Schedule(entry);
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        if (reminder is not Reminder { Entry: var entry })
            throw new ArgumentException($"{reminder.GetType()} was not made by RegisterOrUpdateReminder or GetReminder.", nameof(reminder));
        if (!await table.RemoveRow(entry.GrainId, entry.ReminderName, entry.ETag!))
            throw new ReminderException($"Could not unregister {entry}: it was changed or unregistered since.");
        if (reminders.TryRemove((entry.GrainId, entry.ReminderName), out var scheduled))
            scheduled.Dispose();
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName) =>
        await table.ReadRow(callingGrainId, reminderName) is { } entry ? new Reminder(this, entry) : null;

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) =>
        [.. (await table.ReadRows(callingGrainId)).Reminders.Select(entry => new Reminder(this, entry))];

    private static void CheckTime(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(name, value, "A reminder needs a time that is neither negative nor infinite.");
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await ReadTableAsync();
        refresh = time.CreateTimer(_ => _ = RefreshAsync(), null, options.Value.RefreshReminderListPeriod, options.Value.RefreshReminderListPeriod);
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        refresh?.Dispose();
        await stopping.CancelAsync();
        foreach (var each in reminders.Values)
            each.Dispose();
        reminders.Clear();
    }

    private async Task RefreshAsync()
    {
        try
        {
            await ReadTableAsync();
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "The table of reminders could not be read; those that are known go on.");
        }
    }

    private async Task ReadTableAsync()
    {
        var known = reminders.ToArray();
        var stored = (await table.ReadRows(0, 0)).Reminders.ToDictionary(each => (each.GrainId, each.ReminderName));
        foreach (var (key, reminder) in known)
        {
            if (!stored.ContainsKey(key) && reminders.TryRemove(new(key, reminder)))
                reminder.Dispose();
        }

        foreach (var (key, entry) in stored)
        {
            if (!reminders.TryGetValue(key, out var scheduled) || scheduled.Entry.ETag != entry.ETag)
                Schedule(entry);
        }
    }

    private Reminder Schedule(ReminderEntry entry)
    {
        var reminder = new Reminder(this, entry);
        reminders.AddOrUpdate((entry.GrainId, entry.ReminderName), reminder, (_, former) =>
        {
            former.Dispose();
            return reminder;
        });
        reminder.Start();
        return reminder;
    }

    /// <summary>One reminder; ticks are not made up for: after a pause the next one is the next in the row.</summary>
    private sealed class Reminder(ReminderService service, ReminderEntry entry) : IGrainReminder, IDisposable
    {
        private ITimer? timer;

        public ReminderEntry Entry => entry;

        public string ReminderName => entry.ReminderName;

        public void Start()
        {
            timer = service.time.CreateTimer(static state => _ = ((Reminder)state!).TickAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            timer.Change(UntilNextTick(), Timeout.InfiniteTimeSpan);
        }

        public void Dispose() => timer?.Dispose();

        private TimeSpan UntilNextTick()
        {
            var now = service.time.GetUtcNow().UtcDateTime;
            var late = now - entry.StartAt;
            if (late <= TimeSpan.Zero)
                return Bounded(-late);
            return entry.Period == TimeSpan.Zero ? TimeSpan.Zero : Bounded(entry.Period - TimeSpan.FromTicks(late.Ticks % entry.Period.Ticks));
        }

        private static TimeSpan Bounded(TimeSpan time) => time > TimeSpan.FromDays(40) ? TimeSpan.FromDays(40) : time;

        private async Task TickAsync()
        {
            if (service.stopping.IsCancellationRequested)
                return;
            var now = service.time.GetUtcNow().UtcDateTime;
            try
            {
                if (now >= entry.StartAt)
                {
                    var grain = (IRemindable)(object)service.silo.Runtime.Factory.GetReference(entry.GrainId, typeof(IRemindable));
                    await grain.ReceiveReminder(entry.ReminderName, new TickStatus(entry.StartAt, entry.Period, now));
                }
            }
            catch (Exception exception)
            {
                service.logger.LogError(exception, "The reminder {Reminder} could not be delivered.", entry);
            }

            timer?.Change(UntilNextTick(), Timeout.InfiniteTimeSpan);
        }
    }
}
