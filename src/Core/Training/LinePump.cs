using System.Text;

namespace Progeny.Core.Training;

/// <summary>Copies a stream into a log and hands its lines on. A line of any length takes bounded memory: its end is cut off.</summary>
internal static class LinePump
{
    private const int LongestLine = 64 * 1024;

    public static async Task RunAsync(Stream stream, LogTail log, Action<string> onLine, CancellationToken cancellationToken)
    {
        var buffer = new byte[8192];
        var line = new List<byte>();
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            for (var i = 0; i < count; i++)
            {
                if (buffer[i] == '\n')
                    Flush();
                else if (line.Count < LongestLine)
                    line.Add(buffer[i]);
            }
        }

        if (line.Count > 0)
            Flush();

        void Flush()
        {
            // Whole lines at a time, so that those of two streams do not run into each other.
            byte[] whole = [.. line, (byte)'\n'];
            log.Append(whole);
            onLine(Encoding.UTF8.GetString(whole.AsSpan(..^1)).TrimEnd('\r'));
            line.Clear();
        }
    }
}
