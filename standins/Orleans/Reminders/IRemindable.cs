namespace Orleans
{
    /// <summary>A grain that reminders wake up.</summary>
    public interface IRemindable : IGrain
    {
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    /// <summary>Where reminders are kept.</summary>
    public interface IReminderTable
    {
        Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        Task<ReminderTableData> ReadRows(GrainId grainId);

        /// <summary>The reminders of all grains whose hash is in (begin, end]; of all grains where both are the same.</summary>
        Task<ReminderTableData> ReadRows(uint begin, uint end);

        Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName);

        /// <summary>Writes the entry and returns its new tag.</summary>
        Task<string?> UpsertRow(ReminderEntry entry);

        /// <summary>False when there is no entry with this tag.</summary>
        Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

        Task TestOnlyClearTable();

        Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    /// <summary>A stored reminder.</summary>
    [GenerateSerializer]
    public sealed class ReminderEntry
    {
        [Id(0)]
        public GrainId GrainId { get; set; }

        [Id(1)]
        public string ReminderName { get; set; } = "";

        [Id(2)]
        public DateTime StartAt { get; set; }

        [Id(3)]
        public TimeSpan Period { get; set; }

        [Id(4)]
        public string? ETag { get; set; }

        public override string ToString() => $"<{ReminderName} of {GrainId}: from {StartAt:O} every {Period}>";
    }

    /// <summary>Some stored reminders.</summary>
    [GenerateSerializer]
    public sealed class ReminderTableData
    {
        public ReminderTableData() => Reminders = [];

        public ReminderTableData(ReminderEntry entry) => Reminders = [entry];

        public ReminderTableData(IEnumerable<ReminderEntry> list) => Reminders = [.. list];

        [Id(0)]
        public IList<ReminderEntry> Reminders { get; private set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A registered reminder.</summary>
    public interface IGrainReminder
    {
        string ReminderName { get; }
    }

    /// <summary>When a reminder ticks.</summary>
    [GenerateSerializer, Immutable]
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        [Id(0)]
        public DateTime FirstTickTime { get; } = firstTickTime;

        [Id(1)]
        public TimeSpan Period { get; } = period;

        [Id(2)]
        public DateTime CurrentTickTime { get; } = timeStamp;

        public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
    }

    /// <summary>A reminder could not be registered or unregistered.</summary>
    [GenerateSerializer]
    public sealed class ReminderException(string message) : OrleansException(message);
}
