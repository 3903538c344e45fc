namespace Progeny.Grains.Common;

/// <summary>
/// A grain that a reminder activates on another silo after its own has died. A reminder only wakes it: what is due follows from the stored
/// state.
/// </summary>
internal abstract class RemindedGrain : Grain, IRemindable
{
    private const string WakeReminder = "wake";

    /// <summary>The time between two wake-up calls.</summary>
    protected static readonly TimeSpan WakeInterval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan SoonAfter = TimeSpan.FromSeconds(5);

    public Task ReceiveReminder(string reminderName, TickStatus status) => WakeAsync();

    /// <summary>Goes on with what the stored state says is due.</summary>
    protected abstract Task WakeAsync();

    /// <summary>Wakes it once after some seconds, so that what failed for a moment does not wait for the reminder.</summary>
    protected void WakeSoon() => this.RegisterGrainTimer(
        static grain => grain.WakeAsync(), this, new GrainTimerCreationOptions(SoonAfter, Timeout.InfiniteTimeSpan) { KeepAlive = true });

    protected Task SetWakeReminderAsync() => this.RegisterOrUpdateReminder(WakeReminder, WakeInterval, WakeInterval);

    protected async Task ClearWakeReminderAsync()
    {
        if (await this.GetReminder(WakeReminder) is { } reminder)
            await this.UnregisterReminder(reminder);
    }
}
