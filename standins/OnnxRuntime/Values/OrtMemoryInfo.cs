using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Says where memory lies, e.g. in the memory of the CPU.</summary>
public sealed unsafe class OrtMemoryInfo : SafeHandle
{
    private static readonly Lazy<OrtMemoryInfo> Default = new(static () =>
    {
        _ = OrtEnv.Instance();
        nint info;
        Status.Check(OrtApi.CreateCpuMemoryInfo((int)OrtAllocatorType.DeviceAllocator, (int)OrtMemType.Default, &info));
        return new OrtMemoryInfo(info, owned: true);
    });

    /// <summary>Describes the memory of a named allocator.</summary>
    /// <param name="allocatorName">The name, e.g. <c>Cpu</c>.</param>
    /// <param name="allocatorType">How the allocator manages memory.</param>
    /// <param name="deviceId">The number of the device.</param>
    /// <param name="memoryType">What the memory is for.</param>
    /// <exception cref="OnnxRuntimeException">The native library knows no such allocator.</exception>
    public OrtMemoryInfo(string allocatorName, OrtAllocatorType allocatorType, int deviceId, OrtMemType memoryType)
        : base(0, ownsHandle: true)
    {
        _ = OrtEnv.Instance();
        nint info;
        fixed (byte* name = Utf8.ToBytes(allocatorName))
        {
            Status.Check(OrtApi.CreateMemoryInfo(name, (int)allocatorType, deviceId, (int)memoryType, &info));
        }

        SetHandle(info);
    }

    private OrtMemoryInfo(nint info, bool owned)
        : base(0, owned) => SetHandle(info);

    /// <summary>The memory of the CPU, which managed memory is.</summary>
    public static OrtMemoryInfo DefaultInstance => Default.Value;

    /// <summary>The name of the allocator, e.g. <c>Cpu</c>.</summary>
    public string Name
    {
        get
        {
            byte* name;
            Status.Check(OrtApi.MemoryInfoGetName(handle, &name));
            return Utf8.ToString(name);
        }
    }

    /// <summary>The number of the device.</summary>
    public int Id
    {
        get
        {
            int id;
            Status.Check(OrtApi.MemoryInfoGetId(handle, &id));
            return id;
        }
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    internal nint Handle => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        // The shared one lives as long as the process: tensors over it may outlive any caller's Dispose.
        if (Default.IsValueCreated && ReferenceEquals(this, Default.Value)) return true;
        OrtApi.ReleaseMemoryInfo(handle);
        return true;
    }
}
