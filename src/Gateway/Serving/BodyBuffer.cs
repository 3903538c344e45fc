using System.Buffers;

namespace Progeny.Gateway.Serving;

/// <summary>
/// Pooled memory for a body, which grows with what has arrived and counts against the node's budget until it is disposed.
/// </summary>
internal sealed class BodyBuffer(BodyBudget budget) : IDisposable
{
    private byte[] bytes = [];
    private int charged;

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Count);

    /// <summary>The room behind what is written; empty: <see cref="TryGrow"/> makes some.</summary>
    public Memory<byte> Free => bytes.AsMemory(Count);

    public void Advance(int count) => Count += count;

    /// <summary>Makes room; false: the node's budget has none.</summary>
    /// <param name="size">The wanted size of all.</param>
    public bool TryGrow(int size)
    {
        // The old memory is held until its bytes are copied, but by this thread alone.
        var larger = ArrayPool<byte>.Shared.Rent(size);
        if (!budget.TryTake(larger.Length - charged))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }

        Written.CopyTo(larger);
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        (bytes, charged) = (larger, larger.Length);
        return true;
    }

    /// <summary>Gives the memory back to the pool: nobody may use it any more.</summary>
    public void Recycle()
    {
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
        Count = 0;
    }

    public void Dispose()
    {
        budget.Give(charged);
        charged = 0;
    }
}
