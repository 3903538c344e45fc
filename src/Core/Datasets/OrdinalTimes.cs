using System.Globalization;
using Progeny.Core.Common;

namespace Progeny.Core.Datasets;

/// <summary>Ordinals as moments: ISO 8601 texts (UTC where they name no zone), and numbers as seconds since 1970.</summary>
internal static class OrdinalTimes
{
    private const double MaxSeconds = 253_402_300_799;

    /// <exception cref="TrainingFailedException">In stage data: the value is no moment.</exception>
    public static DateTimeOffset Of(string column, object? value) => value switch
    {
        long seconds when Math.Abs((double)seconds) <= MaxSeconds => DateTimeOffset.UnixEpoch.AddSeconds(seconds),
        double seconds when Math.Abs(seconds) <= MaxSeconds => DateTimeOffset.UnixEpoch.AddSeconds(seconds),
        float or decimal => Of(column, Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        string text when IsoTime.TryParse(text, out var at) => at,
        _ => throw new TrainingFailedException(
            TrainingStage.Data,
            $"source.window.time needs an ordinal that is a time, ISO 8601 or seconds since 1970; '{column}' is {value ?? "null"}."),
    };

    /// <summary>Whether a number is behind the last moment there is.</summary>
    public static bool IsBehindAll(object? value) =>
        value is long or double or float or decimal && Convert.ToDouble(value, CultureInfo.InvariantCulture) > MaxSeconds;

    /// <summary>A value of the same kind that is not after a moment, for a database to compare with.</summary>
    public static object NotAfter(object like, DateTimeOffset moment) => like switch
    {
        long => (long)Math.Floor((moment - DateTimeOffset.UnixEpoch).TotalSeconds),
        double or float or decimal => (moment - DateTimeOffset.UnixEpoch).TotalSeconds,
        // A day alone is before every moment of it in any of the ways to write it; the day before allows for the zones of the texts.
        _ => moment.UtcDateTime.AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };
}
