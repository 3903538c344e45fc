using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A native session and the native copies of its names; runs hold it, so a session disposed meanwhile is freed after them.</summary>
internal sealed unsafe class SessionHandle : SafeHandle
{
    private readonly List<nint> _names = [];

    public SessionHandle(string path, SessionOptions options)
        : base(0, ownsHandle: true)
    {
        nint session;
        fixed (byte* file = Utf8.ToPath(path))
        {
            Status.Check(OrtApi.CreateSession(OrtEnv.Instance().Handle, file, options.Handle, &session));
        }

        SetHandle(session);
        GC.KeepAlive(options);
    }

    public SessionHandle(byte[] model, SessionOptions options)
        : base(0, ownsHandle: true)
    {
        nint session;
        fixed (byte* bytes = model)
        {
            Status.Check(OrtApi.CreateSessionFromArray(OrtEnv.Instance().Handle, bytes, (nuint)model.Length, options.Handle, &session));
        }

        SetHandle(session);
        GC.KeepAlive(options);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>A zero-terminated copy of a name that lives as long as the session.</summary>
    public nint AddName(string name)
    {
        var copy = Marshal.StringToCoTaskMemUTF8(name);
        _names.Add(copy);
        return copy;
    }

    protected override bool ReleaseHandle()
    {
        OrtApi.ReleaseSession(handle);
        foreach (var name in _names) Marshal.FreeCoTaskMem(name);
        return true;
    }
}
