using Progeny.Core.Serving;

namespace Progeny.Storage.Serving;

/// <summary>How values of the query log are written down. All of this is stored: it must not change.</summary>
internal static class QueryCodes
{
    private const int BitsPerByte = 7;

    /// <summary>The most bytes that a latency takes.</summary>
    public const int MaxLatencyBytes = 20;

    /// <summary>A hash of 64 bits over project and query id: FNV-1a over UTF-16 units, mixed as MurmurHash3 ends. Finds, never proves.</summary>
    public static long Hash(string project, string queryId)
    {
        const ulong offset = 14695981039346656037, prime = 1099511628211;
        var hash = offset;
        foreach (var c in project)
            hash = (hash ^ c) * prime;
        // No text holds this, so ("a", "bc") and ("ab", "c") part.
        hash = (hash ^ 0x1_0000) * prime;
        foreach (var c in queryId)
            hash = (hash ^ c) * prime;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return (long)(hash ^ (hash >> 33));
    }

    /// <summary>Microseconds since 1970 in UTC.</summary>
    public static long Encode(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset DecodeTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>The four parts as variable-length numbers (7 bits a byte, the low ones first): mostly one or two bytes each.</summary>
    public static int Encode(QueryLatency latency, Span<byte> target)
    {
        var length = Write(latency.Augment, target);
        length += Write(latency.Queue, target[length..]);
        length += Write(latency.Predict, target[length..]);
        return length + Write(latency.Total, target[length..]);
    }

    public static QueryLatency DecodeLatency(ReadOnlySpan<byte> source) => new(Read(ref source), Read(ref source), Read(ref source), Read(ref source));

    private static int Write(int value, Span<byte> target)
    {
        var rest = (uint)value;
        var length = 0;
        for (; rest > 0x7f; rest >>= BitsPerByte)
            target[length++] = (byte)(rest | 0x80);
        target[length++] = (byte)rest;
        return length;
    }

    private static int Read(ref ReadOnlySpan<byte> source)
    {
        uint value = 0;
        for (var shift = 0; ; shift += BitsPerByte)
        {
            var part = source[0];
            source = source[1..];
            value |= (uint)(part & 0x7f) << shift;
            if (part <= 0x7f)
                return (int)value;
        }
    }
}
