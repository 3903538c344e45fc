using System.Globalization;
using Progeny.Core.Common;

namespace Progeny.Core.Feeds;

/// <summary>
/// Values of an ordinal or a watermark that are a mistake of their row, since nothing that comes later would be behind them: times more
/// than a day ahead of the clock, and numbers more than 100 times as great as all before them while there are no more than 1,000 of them.
/// </summary>
internal static class FarAhead
{
    /// <summary>How many rows may be ahead by their number; more are a new beginning, such as milliseconds in place of seconds.</summary>
    public const int MaxRows = 1_000;

    private const double Times = 100;

    // Small numbers grow a hundredfold within a day.
    private const double Small = 1e6;

    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    /// <summary>The last moment that is not ahead.</summary>
    public static DateTimeOffset LimitOf(DateTimeOffset now) => now < DateTimeOffset.MaxValue - MaxAhead ? now + MaxAhead : now;

    /// <summary>Whether a value is a time that is ahead.</summary>
    public static bool IsTime(object? value, DateTimeOffset limit) =>
        value is string text && IsoTime.TryParse(text, out var at) && at > limit;

    /// <summary>Whether a value is a number that is ahead of the one before it.</summary>
    public static bool IsNumber(object? before, object? value) =>
        before is not string && Number(value) is { } number && number > Times * Math.Max(Math.Abs(Number(before) ?? 0), Small);

    /// <summary>The greatest number that one can be ahead of; null: it is ahead of none.</summary>
    public static double? Before(object? value) => Number(value) is { } number && number > Times * Small ? number / Times : null;

    private static double? Number(object? value) =>
        value is long or double or float or decimal ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;
}
