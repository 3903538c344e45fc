using Microsoft.Extensions.Logging;

namespace Progeny.Storage.Common;

/// <summary>What retention clocks log.</summary>
internal static partial class RetentionMessages
{
    /// <param name="database">The file, or the part of the cluster's database, that the clock is for.</param>
    public static void LogLeap(ILogger logger, string database, TimeSpan leap) =>
        LogLeap(logger, leap, database, RetentionState.Hold.TotalHours);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The clock is {Leap} ahead of what {Database} knows: a leap, or a long stop. What is old is told by the time before it "
            + "for the next {Hours} hours of running, so that nothing is removed by mistake")]
    private static partial void LogLeap(ILogger logger, TimeSpan leap, string database, double hours);
}
