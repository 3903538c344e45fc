namespace Progeny.Storage.Tests.Metrics;

/// <summary>A clock that stands still until it is told: to go on, or to leap, of which the monotonic clock knows nothing.</summary>
internal sealed class Clock(DateTimeOffset now) : TimeProvider
{
    private long ticks = 1;

    /// <summary>The clock of the wall; set, it leaps.</summary>
    public DateTimeOffset Now { get; set; } = now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => ticks;

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan by)
    {
        Now += by;
        ticks += by.Ticks;
    }
}
