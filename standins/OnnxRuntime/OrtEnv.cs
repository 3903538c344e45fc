using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The environment of the native library: one a process, created by its first use.</summary>
public sealed unsafe class OrtEnv : SafeHandle
{
    private static readonly Lazy<OrtEnv> Singleton = new(static () => new OrtEnv());

    private OrtLoggingLevel _logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;

    private OrtEnv()
        : base(0, ownsHandle: true)
    {
        // Asked for before the table is touched, so that a missing library is said without a type initializer around it.
        _ = NativeLibraryLoader.FunctionTable;
        nint env;
        fixed (byte* id = "onnxruntime\0"u8)
        {
            Status.Check(OrtApi.CreateEnv((int)_logLevel, id, &env));
        }

        SetHandle(env);
    }

    /// <summary>Whether the environment was created already.</summary>
    public static bool IsCreated => Singleton.IsValueCreated;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The level from which the environment logs; warnings at first.</summary>
    public OrtLoggingLevel EnvLogLevel
    {
        get => _logLevel;
        set
        {
            Status.Check(OrtApi.UpdateEnvWithCustomLogLevel(handle, (int)value));
            _logLevel = value;
        }
    }

    internal nint Handle => handle;

    /// <summary>The environment of this process.</summary>
    /// <exception cref="DllNotFoundException">The native library is missing.</exception>
    public static OrtEnv Instance() => Singleton.Value;

    /// <summary>Lets the native library report its use to the platform's own collector, where it was built with one.</summary>
    public void EnableTelemetryEvents() => Status.Check(OrtApi.EnableTelemetryEvents(handle));

    /// <summary>Ends such reports.</summary>
    public void DisableTelemetryEvents() => Status.Check(OrtApi.DisableTelemetryEvents(handle));

    /// <summary>The version of the native library, e.g. <c>1.30.0</c>.</summary>
    public string GetVersionString() => NativeLibraryLoader.Version;

    /// <summary>The execution providers that the native library was built with, e.g. <c>CPUExecutionProvider</c>.</summary>
    public string[] GetAvailableProviders()
    {
        byte** names;
        int count;
        Status.Check(OrtApi.GetAvailableProviders(&names, &count));
        try
        {
            var providers = new string[count];
            for (var i = 0; i < count; i++) providers[i] = Utf8.ToString(names[i]);
            return providers;
        }
        finally
        {
            Status.Check(OrtApi.ReleaseAvailableProviders(names, count));
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OrtApi.ReleaseEnv(handle);
        return true;
    }
}
