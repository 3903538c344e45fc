using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Metrics;

/// <summary>Reads what somebody asks of the perfdb from text.</summary>
public static class MetricsQueryReader
{
    /// <summary>The most points of one series.</summary>
    public const int MaxPoints = 5_000;

    private static readonly TimeSpan DefaultRange = TimeSpan.FromHours(1);

    /// <summary>Reads a query; what is null is the last hour, in steps that fit, of the project as a whole.</summary>
    /// <param name="from">A time in ISO 8601; UTC where it does not say.</param>
    /// <param name="to">The same.</param>
    /// <param name="step">A duration such as <c>10s</c>, <c>5m</c> or <c>1h</c>.</param>
    /// <param name="by"><c>project</c>, <c>generation</c> or <c>arm</c>.</param>
    /// <returns>The query, or what is wrong and what would be right.</returns>
    public static (MetricsQuery? Query, string? Problem) Read(
        string project, string? from, string? to, string? step, string? by, DateTimeOffset now)
    {
        if (!TryReadTime(to, out var until))
            return (null, NoTime("to", to));
        var end = until ?? now;
        if (!TryReadTime(from, out var since))
            return (null, NoTime("from", from));
        var start = since ?? end - DefaultRange;
        if (start >= end)
            return (null, $"from ({Shown(start)}) must be before to ({Shown(end)}).");
        if (by is not (null or "project" or "generation" or "arm"))
            return (null, $"by is '{by}'; it must be project, generation or arm.");
        var (byGeneration, byArm) = (by is "generation" or "arm", by == "arm");
        if (step is null)
            return (new MetricsQuery(project, start, end, DefaultStep(start, end, now), byGeneration, byArm), null);
        if (!ManifestUnits.TryParseDuration(step, out var duration) || MetricsResolution.For(duration) is not { } resolution)
            return (null, $"step is '{step}'; it must be a multiple of {MetricsResolution.Finest.Seconds} s, such as 10s, 5m or 1h.");
        if ((end - start).Ticks / duration.Ticks > MaxPoints)
            return (null, $"There are more than {MaxPoints} steps of {step} from {Shown(start)} to {Shown(end)}; ask for a longer step or "
                + "a shorter time.");
        if (start < now - resolution.Kept && resolution != MetricsResolution.All[^1])
        {
            var coarser = MetricsResolution.All.First(other => start >= now - other.Kept || other == MetricsResolution.All[^1]);
            return (null, $"from is {Shown(start)}, but windows that add up to steps of {step} are kept for {resolution.Kept.TotalDays:0} "
                + $"d; ask for a step that is a multiple of {coarser.Seconds} s.");
        }

        return (new MetricsQuery(project, start, end, duration, byGeneration, byArm), null);
    }

    // Some hundreds of points at most, of windows that are there still.
    private static TimeSpan DefaultStep(DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        TimeSpan[] steps = [
            TimeSpan.FromSeconds(10),
            TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(10),
            TimeSpan.FromHours(1),
            TimeSpan.FromDays(1),
        ];
        return steps.FirstOrDefault(step => (to - from) / step <= 360 && from >= now - MetricsResolution.For(step)!.Kept, steps[^1]);
    }

    /// <summary>Reads a time from an address.</summary>
    /// <param name="text">In ISO 8601; UTC where it does not say; null: none is given.</param>
    /// <param name="time">The time; null where none is given.</param>
    public static bool TryReadTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null)
            return true;

        // A plus that was not escaped in an address arrives as a space.
        if (!(IsoTime.TryParse(text, out var read) || IsoTime.TryParse(text.Replace(' ', '+'), out read))
            || read <= DateTimeOffset.UnixEpoch)
            return false;
        time = read;
        return true;
    }

    private static string NoTime(string name, string? text) => $"{name} is '{text}'; it must be a time such as 2026-11-22T12:00:00Z.";

    private static string Shown(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
