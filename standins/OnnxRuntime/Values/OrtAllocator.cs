using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>An allocator of native memory.</summary>
public sealed class OrtAllocator : SafeHandle
{
    private static readonly Lazy<OrtAllocator> Default = new(static () =>
    {
        _ = OrtEnv.Instance();
        return new OrtAllocator(OrtApi.DefaultAllocator);
    });

    private OrtAllocator(nint allocator)
        : base(0, ownsHandle: false) => SetHandle(allocator);

    /// <summary>The allocator of the memory of the CPU; it belongs to the library.</summary>
    public static OrtAllocator DefaultInstance => Default.Value;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    internal nint Handle => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => true;
}
