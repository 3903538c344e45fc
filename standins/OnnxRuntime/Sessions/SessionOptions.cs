using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>How a session is set up. A session copies what it needs: the options may be disposed once it exists.</summary>
public sealed unsafe class SessionOptions : SafeHandle
{
    private bool _enableMemoryPattern = true;
    private bool _enableCpuMemArena = true;
    private string _optimizedModelFilePath = "";
    private string _logId = "";
    private OrtLoggingLevel _logSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;
    private int _logVerbosityLevel;
    private int _intraOpNumThreads;
    private int _interOpNumThreads;
    private GraphOptimizationLevel _graphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL;
    private ExecutionMode _executionMode = ExecutionMode.ORT_SEQUENTIAL;

    /// <summary>The defaults of the native library.</summary>
    public SessionOptions()
        : base(0, ownsHandle: true)
    {
        _ = OrtEnv.Instance();
        nint options;
        Status.Check(OrtApi.CreateSessionOptions(&options));
        SetHandle(options);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Whether memory is laid out ahead for inputs of a shape seen before; true at first.</summary>
    public bool EnableMemoryPattern
    {
        get => _enableMemoryPattern;
        set
        {
            Status.Check(value ? OrtApi.EnableMemPattern(Handle) : OrtApi.DisableMemPattern(Handle));
            _enableMemoryPattern = value;
        }
    }

    /// <summary>Whether a session keeps memory in an arena for the next run; true at first.</summary>
    public bool EnableCpuMemArena
    {
        get => _enableCpuMemArena;
        set
        {
            Status.Check(value ? OrtApi.EnableCpuMemArena(Handle) : OrtApi.DisableCpuMemArena(Handle));
            _enableCpuMemArena = value;
        }
    }

    /// <summary>Where a session writes the rewritten model; nowhere while it is empty.</summary>
    public string OptimizedModelFilePath
    {
        get => _optimizedModelFilePath;
        set
        {
            if (string.Equals(value, _optimizedModelFilePath, StringComparison.Ordinal)) return;
            fixed (byte* path = Utf8.ToPath(value)) Status.Check(OrtApi.SetOptimizedModelFilePath(Handle, path));
            _optimizedModelFilePath = value;
        }
    }

    /// <summary>The name under which a session logs.</summary>
    public string LogId
    {
        get => _logId;
        set
        {
            fixed (byte* id = Utf8.ToBytes(value)) Status.Check(OrtApi.SetSessionLogId(Handle, id));
            _logId = value;
        }
    }

    /// <summary>The level from which a session logs; warnings at first.</summary>
    public OrtLoggingLevel LogSeverityLevel
    {
        get => _logSeverityLevel;
        set
        {
            Status.Check(OrtApi.SetSessionLogSeverityLevel(Handle, (int)value));
            _logSeverityLevel = value;
        }
    }

    /// <summary>How much is logged at the level verbose.</summary>
    public int LogVerbosityLevel
    {
        get => _logVerbosityLevel;
        set
        {
            Status.Check(OrtApi.SetSessionLogVerbosityLevel(Handle, value));
            _logVerbosityLevel = value;
        }
    }

    /// <summary>Threads that work on one node of the graph, the caller's among them; 0 for as many as there are cores.</summary>
    public int IntraOpNumThreads
    {
        get => _intraOpNumThreads;
        set
        {
            Status.Check(OrtApi.SetIntraOpNumThreads(Handle, value));
            _intraOpNumThreads = value;
        }
    }

    /// <summary>Threads that work on different nodes at once, in <see cref="ExecutionMode.ORT_PARALLEL"/>; 0 for the library's choice.</summary>
    public int InterOpNumThreads
    {
        get => _interOpNumThreads;
        set
        {
            Status.Check(OrtApi.SetInterOpNumThreads(Handle, value));
            _interOpNumThreads = value;
        }
    }

    /// <summary>How far the graph is rewritten before it runs; fully at first.</summary>
    public GraphOptimizationLevel GraphOptimizationLevel
    {
        get => _graphOptimizationLevel;
        set
        {
            Status.Check(OrtApi.SetSessionGraphOptimizationLevel(Handle, (int)value));
            _graphOptimizationLevel = value;
        }
    }

    /// <summary>Whether independent nodes run at once; one after the other at first.</summary>
    public ExecutionMode ExecutionMode
    {
        get => _executionMode;
        set
        {
            Status.Check(OrtApi.SetSessionExecutionMode(Handle, (int)value));
            _executionMode = value;
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

    /// <summary>Sets an option by the key that the native library gives it, e.g. <c>session.intra_op.allow_spinning</c>.</summary>
    /// <exception cref="OnnxRuntimeException">The library refuses the key or the value.</exception>
    public void AddSessionConfigEntry(string configKey, string configValue)
    {
        fixed (byte* key = Utf8.ToBytes(configKey))
        fixed (byte* value = Utf8.ToBytes(configValue))
        {
            Status.Check(OrtApi.AddSessionConfigEntry(Handle, key, value));
        }
    }

    /// <summary>Fixes the size of a named dimension of the model.</summary>
    public void AddFreeDimensionOverrideByName(string dimName, long dimValue)
    {
        fixed (byte* name = Utf8.ToBytes(dimName))
        {
            Status.Check(OrtApi.AddFreeDimensionOverrideByName(Handle, name, dimValue));
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OrtApi.ReleaseSessionOptions(handle);
        return true;
    }
}
