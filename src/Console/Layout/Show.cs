using System.Globalization;

namespace Progeny.Console.Layout;

/// <summary>Numbers and times as people read them, with no more digits than they can use.</summary>
internal static class Show
{
    private static readonly string[] _byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>A metric or another figure, e.g. <c>0.734</c>, <c>12.35</c>, <c>1,234</c>.</summary>
    public static string Figure(double value) => Math.Abs(value) switch
    {
        >= 1e9 or (> 0 and < 0.0005) => value.ToString("0.##e+0", CultureInfo.InvariantCulture),
        >= 1_000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("F3", CultureInfo.InvariantCulture),
    };

    public static string Figure(double? value) => value is { } number ? Figure(number) : "–";

    /// <summary>A figure that may be a count: whole numbers without decimals.</summary>
    public static string CountOrFigure(double value) =>
        double.IsInteger(value) && Math.Abs(value) < 1e9 ? Count((long)value) : Figure(value);

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with its noun: <c>1 row</c>, <c>2 rows</c>.</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Percent(double share) =>
        share.ToString("P1", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);

    public static string Bytes(long bytes)
    {
        var unit = 0;
        double size = bytes;
        for (; size >= 1_024 && unit < _byteUnits.Length - 1; unit++)
            size /= 1_024;
        return unit == 0 ? $"{Count(bytes)} B" : string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {_byteUnits[unit]}");
    }

    /// <summary>A latency, given in microseconds.</summary>
    public static string Latency(int microseconds) => microseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds} µs"),
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e3:F2} ms"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e3:F0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e6:F1} s"),
    };

    /// <summary>How long something took: <c>32 ms</c>, <c>4.2 s</c>, <c>3 min 5 s</c>, <c>2 h 10 min</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(span.TotalMilliseconds, 0):F0} ms"),
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:F1} s"),
        { TotalMinutes: < 1 } => $"{span.Seconds} s",
        { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds} s",
        { TotalDays: < 1 } => $"{span.Hours} h {span.Minutes} min",
        _ => $"{(int)span.TotalDays} d {span.Hours} h",
    };

    /// <summary>How long ago something was, in its largest unit.</summary>
    public static string Ago(TimeSpan span) => span switch
    {
        { TotalSeconds: < 5 } => "just now",
        { TotalMinutes: < 1 } => $"{(int)span.TotalSeconds} s ago",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes} min ago",
        { TotalDays: < 1 } => $"{(int)span.TotalHours} h ago",
        { TotalDays: < 2 } => "yesterday",
        { TotalDays: < 60 } => $"{(int)span.TotalDays} days ago",
        { TotalDays: < 730 } => $"{(int)(span.TotalDays / 30.44)} months ago",
        _ => $"{(int)(span.TotalDays / 365.25)} years ago",
    };

    /// <summary>A moment for machines, to the second.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A moment for people, in UTC.</summary>
    public static string Short(DateTimeOffset at, bool seconds) =>
        at.UtcDateTime.ToString(seconds ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
