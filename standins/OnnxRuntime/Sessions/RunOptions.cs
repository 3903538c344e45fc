using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>How a run is done; also the handle by which it can be ended early.</summary>
public sealed unsafe class RunOptions : SafeHandle
{
    private OrtLoggingLevel _logSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;
    private int _logVerbosityLevel;
    private string _logId = "";
    private volatile bool _terminate;

    /// <summary>The defaults of the native library.</summary>
    public RunOptions()
        : base(0, ownsHandle: true)
    {
        _ = OrtEnv.Instance();
        nint options;
        Status.Check(OrtApi.CreateRunOptions(&options));
        SetHandle(options);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The level from which the run logs; warnings at first.</summary>
    public OrtLoggingLevel LogSeverityLevel
    {
        get => _logSeverityLevel;
        set
        {
            Status.Check(OrtApi.RunOptionsSetRunLogSeverityLevel(Handle, (int)value));
            _logSeverityLevel = value;
        }
    }

    /// <summary>How much is logged at the level verbose.</summary>
    public int LogVerbosityLevel
    {
        get => _logVerbosityLevel;
        set
        {
            Status.Check(OrtApi.RunOptionsSetRunLogVerbosityLevel(Handle, value));
            _logVerbosityLevel = value;
        }
    }

    /// <summary>The name under which the run logs.</summary>
    public string LogId
    {
        get => _logId;
        set
        {
            fixed (byte* id = Utf8.ToBytes(value)) Status.Check(OrtApi.RunOptionsSetRunTag(Handle, id));
            _logId = value;
        }
    }

    /// <summary>Whether runs with these options end with an error at their next node; may be set while they run.</summary>
    public bool Terminate
    {
        get => _terminate;
        set
        {
            Status.Check(value ? OrtApi.RunOptionsSetTerminate(Handle) : OrtApi.RunOptionsUnsetTerminate(Handle));
            _terminate = value;
        }
    }

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    /// <summary>Sets an option by the key that the native library gives it.</summary>
    /// <exception cref="OnnxRuntimeException">The library refuses the key or the value.</exception>
    public void AddRunConfigEntry(string configKey, string configValue)
    {
        fixed (byte* key = Utf8.ToBytes(configKey))
        fixed (byte* value = Utf8.ToBytes(configValue))
        {
            Status.Check(OrtApi.AddRunConfigEntry(Handle, key, value));
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OrtApi.ReleaseRunOptions(handle);
        return true;
    }
}
