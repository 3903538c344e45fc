using System.Reflection;
using System.Runtime.InteropServices;

namespace Progeny.Fuzz;

/// <summary>
/// Which branches of the instrumented assemblies inputs have reached, and how often: what SharpFuzz counts into a table of 64 KiB.
/// </summary>
internal sealed unsafe class Coverage : IDisposable
{
    private const int Size = 1 << 16;

    private readonly byte* _counts = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    public Coverage()
    {
        var trace = Type.GetType("SharpFuzz.Common.Trace, SharpFuzz.Common", throwOnError: true)!;
        trace.GetField("SharedMem", BindingFlags.Public | BindingFlags.Static)!.SetValue(null, Pointer.Box(_counts, typeof(byte*)));
    }

    /// <summary>How many branches have been reached.</summary>
    public int Branches => _seen.Count(seen => seen != 0);

    /// <summary>Forgets what is counted, before an input is read.</summary>
    public void Begin() => NativeMemory.Clear(_counts, Size);

    /// <summary>Whether the input has reached a branch, or reached one a number of times, as none before.</summary>
    public bool End()
    {
        var isNew = false;
        for (var i = 0; i < Size; i++)
        {
            if (_counts[i] == 0)
                continue;
            var bucket = BucketOf(_counts[i]);
            isNew |= (_seen[i] & bucket) == 0;
            _seen[i] |= bucket;
        }

        return isNew;
    }

    public void Dispose() => NativeMemory.Free(_counts);

    // The buckets of AFL: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more.
    private static byte BucketOf(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
