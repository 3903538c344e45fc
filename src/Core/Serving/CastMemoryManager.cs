using System.Buffers;
using System.Runtime.InteropServices;

namespace Progeny.Core.Serving;

/// <summary>Lets bytes pass as elements of another type without a copy.</summary>
internal sealed class CastMemoryManager<T>(Memory<byte> bytes) : MemoryManager<T>
    where T : unmanaged
{
    public override Span<T> GetSpan() => MemoryMarshal.Cast<byte, T>(bytes.Span);

    public override MemoryHandle Pin(int elementIndex = 0) => bytes[(elementIndex * Marshal.SizeOf<T>())..].Pin();

    public override void Unpin()
    {
        // The handle that Pin returned unpins by itself.
    }

    protected override void Dispose(bool disposing)
    {
    }
}
