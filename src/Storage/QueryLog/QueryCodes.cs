namespace Progeny.Storage.QueryLog;

/// <summary>How moments are written down. This is stored: it must not change.</summary>
internal static class QueryCodes
{
    /// <summary>Microseconds since 1970 in UTC.</summary>
    public static long Encode(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset DecodeTime(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
