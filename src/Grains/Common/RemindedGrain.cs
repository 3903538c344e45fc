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

    public Task ReceiveReminder(string reminderName, TickStatus status) => WakeAsync();

    /// <summary>Goes on with what the stored state says is due.</summary>
    protected abstract Task WakeAsync();

    protected Task SetWakeReminderAsync() => this.RegisterOrUpdateReminder(WakeReminder, WakeInterval, WakeInterval);

    protected async Task ClearWakeReminderAsync()
    {
        if (await this.GetReminder(WakeReminder) is { } reminder)
            await this.UnregisterReminder(reminder);
    }
}
