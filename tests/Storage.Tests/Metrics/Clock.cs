namespace Progeny.Storage.Tests.Metrics;

/// <summary>A clock that stands still until it is told.</summary>
internal sealed class Clock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
