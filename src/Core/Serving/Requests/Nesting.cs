using System.Collections.Immutable;

namespace Progeny.Core.Serving.Requests;

/// <summary>
/// Whether the arrays in which a tensor's data come are nested as its shape says. Flat data, all elements in one array, always are:
/// otherwise a matrix that somebody turned would be read without a word.
/// </summary>
/// <remarks>Begins inside the outermost array.</remarks>
internal sealed class Nesting(ImmutableArray<long> shape)
{
    private readonly long[] children = new long[Math.Max(1, shape.Length) + 1];
    private bool flat = true;
    private bool empty = true;

    /// <summary>How many arrays are open.</summary>
    public int Depth { get; private set; } = 1;

    public bool TryOpen()
    {
        // Once elements came in the outermost array, no array can follow; and none is deeper than the shape.
        if ((flat && !empty) || Depth >= shape.Length)
            return false;
        flat = false;
        empty = false;
        children[Depth++]++;
        children[Depth] = 0;
        return true;
    }

    public bool TryClose()
    {
        var fits = flat || children[Depth] == shape[Depth - 1];
        Depth--;
        return fits;
    }

    public bool TryAddElement()
    {
        if (!flat && Depth != shape.Length)
            return false;
        empty = false;
        if (!flat)
            children[Depth]++;
        return true;
    }
}
