using System.Runtime.InteropServices;

namespace Progeny.Core.Common;

/// <summary>
/// Memory that does not move and begins at a multiple of <see cref="Alignment"/> bytes. Kernels of ONNX Runtime add up in an order that
/// depends on where their vectors begin: the same numbers at another address may come to another last bit.
/// </summary>
internal sealed class AlignedBuffer
{
    /// <summary>The widest vector of any processor, and what ONNX Runtime's own allocator keeps.</summary>
    public const int Alignment = 64;

    private readonly byte[] memory;
    private readonly int first;

    public AlignedBuffer(int length)
    {
        Length = length;
        memory = GC.AllocateUninitializedArray<byte>(length + Alignment - 1, pinned: true);
        first = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0).ToInt64() & (Alignment - 1));
    }

    /// <summary>A buffer of no bytes.</summary>
    public static AlignedBuffer Empty { get; } = new(0);

    /// <summary>The number of bytes.</summary>
    public int Length { get; }

    public IntPtr Address => Marshal.UnsafeAddrOfPinnedArrayElement(memory, first);

    public Span<byte> Span => memory.AsSpan(first, Length);
}
