using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Progeny.Core.Serving;

/// <summary>The native library of ONNX Runtime, with its maker's telemetry turned off.</summary>
public static class OnnxRuntimeLibrary
{
    // The library reads this variable when its environment is created, and keeps a session file in the temporary folder without it.
    private const string TelemetryVariable = "ORT_DISABLE_TELEMETRY";

    static OnnxRuntimeLibrary()
    {
        // On Unix .NET keeps a copy of the environment of its own, which native code does not see.
        if (!OperatingSystem.IsWindows())
            _ = SetNativeVariable(TelemetryVariable, "1", overwrite: 1);
        Environment.SetEnvironmentVariable(TelemetryVariable, "1");
        OrtEnv.Instance().DisableTelemetryEvents();
    }

    /// <summary>The version of the library, e.g. <c>1.31.1</c>.</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Loads the library, once; whatever creates sessions calls it first.</summary>
    public static void Load()
    {
        // The static constructor does it.
    }

    [DllImport("libc", EntryPoint = "setenv", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNativeVariable(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
