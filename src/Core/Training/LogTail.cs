using System.Text;

namespace Progeny.Core.Training;

/// <summary>The last bytes of a log; those before are forgotten. Safe for use by many threads at once.</summary>
internal sealed class LogTail(int capacity)
{
    private readonly Lock _lock = new();
    private readonly byte[] _ring = new byte[capacity];
    private long _written;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            foreach (var value in bytes.Length > capacity ? bytes[^capacity..] : bytes)
                _ring[_written++ % capacity] = value;
        }
    }

    /// <summary>What is kept, as text; from the start of a line where something was forgotten.</summary>
    public override string ToString()
    {
        byte[] kept;
        lock (_lock)
        {
            if (_written <= capacity)
                return Encoding.UTF8.GetString(_ring, 0, (int)_written);
            var start = (int)(_written % capacity);
            kept = [.. _ring.AsSpan(start), .. _ring.AsSpan(0, start)];
        }

        var line = kept.AsSpan().IndexOf((byte)'\n') + 1;
        return Encoding.UTF8.GetString(kept.AsSpan(line));
    }
}
