namespace Progeny.Gateway.Tests.Durability;

/// <summary>The clock of a machine whose time somebody sets: the time of day moves, timestamps and timers go on.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long ticks;

    /// <summary>By how much it is ahead.</summary>
    public TimeSpan Shift
    {
        get => new(Volatile.Read(ref ticks));
        set => Volatile.Write(ref ticks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
