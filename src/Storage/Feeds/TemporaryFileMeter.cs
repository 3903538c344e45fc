using System.Buffers.Text;

namespace Progeny.Storage.Feeds;

/// <summary>
/// The bytes that queries of one session wrote to temporary files, where sorting, grouping and recursion put what is too much for memory.
/// </summary>
/// <remarks>
/// SQLite counts them only when such a file is closed. A query has its thread for itself and reads its database only, so Linux's count of
/// the bytes that the thread wrote is that of the temporary files. Other systems have no such count: there the time alone bounds a query.
/// </remarks>
internal sealed class TemporaryFileMeter
{
    private const string Counters = "/proc/thread-self/io";
    private const int MillisecondsBetween = 50;

    private long written;
    private long last;
    private long next;

    /// <summary>Starts to count on the calling thread; what was counted on others stays.</summary>
    public void Start()
    {
        last = -1;
        next = Environment.TickCount64 + MillisecondsBetween;
    }

    /// <summary>The bytes so far, as of some milliseconds ago.</summary>
    public long Read()
    {
        var now = Environment.TickCount64;
        if (now < next)
            return written;
        next = now + MillisecondsBetween;
        var count = Count();
        written += last < 0 ? 0 : count - last;
        last = count;
        return written;
    }

    private static long Count()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        try
        {
            Span<byte> text = stackalloc byte[512];
            using var file = File.OpenHandle(Counters);
            text = text[..RandomAccess.Read(file, text, 0)];
            var start = text.IndexOf("wchar: "u8);
            return start >= 0 && Utf8Parser.TryParse(text[(start + 7)..], out long bytes, out _) ? bytes : 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
