using System.Collections.Immutable;

namespace Progeny.Core.Metrics;

/// <summary>A length of windows in the perfdb, and how long windows of it are kept.</summary>
/// <param name="Seconds">The length of a window in seconds; windows start at multiples of it since 1970 in UTC.</param>
/// <param name="Kept">How long a window is kept from its start.</param>
public sealed record MetricsResolution(int Seconds, TimeSpan Kept)
{
    private const int DaysOfTwoYears = 731;

    /// <summary>The finest first; each is a multiple of the one before.</summary>
    public static ImmutableArray<MetricsResolution> All { get; } =
    [
        new(10, TimeSpan.FromDays(1)),
        new(60, TimeSpan.FromDays(7)),
        new(3_600, TimeSpan.FromDays(DaysOfTwoYears)),
    ];

    /// <summary>The finest: what silos report in.</summary>
    public static MetricsResolution Finest => All[0];

    public TimeSpan Step => TimeSpan.FromSeconds(Seconds);

    /// <summary>The coarsest resolution whose windows add up to steps of a length; null where there is none.</summary>
    public static MetricsResolution? For(TimeSpan step) =>
        All.LastOrDefault(resolution => step > TimeSpan.Zero && step.Ticks % resolution.Step.Ticks == 0);

    /// <summary>The start of the window in which a time lies.</summary>
    public static DateTimeOffset StartOf(DateTimeOffset at, TimeSpan step) => new(at.UtcTicks - (at.UtcTicks % step.Ticks), TimeSpan.Zero);

    /// <summary>The start of this resolution's window in which a time in seconds since 1970 lies.</summary>
    public long StartOf(long seconds) => seconds - (seconds % Seconds);

    /// <summary>Whether a window is kept still.</summary>
    public bool Keeps(long start, DateTimeOffset now) => start >= (now - Kept).ToUnixTimeSeconds();
}
