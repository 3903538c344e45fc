using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime.Native;

/// <summary>Finds the native library and asks it for the table of its functions.</summary>
internal static unsafe partial class NativeLibraryLoader
{
    // The version of the C API is the minor version of the library that the build pins.
    private const uint ApiVersion = 30;

    private static readonly Lazy<nint> Table = new(Load);

    /// <summary>The native version, e.g. <c>1.30.0</c>.</summary>
    public static string Version { get; private set; } = "";

    /// <summary>The table of function pointers, in the order of the C API.</summary>
    /// <exception cref="DllNotFoundException">The library is missing or too old.</exception>
    public static nint FunctionTable => Table.Value;

    private static nint Load()
    {
        SwitchTelemetryOff();
        var library = Open();
        var getApiBase = (delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        var apiBase = getApiBase();
        var getApi = (delegate* unmanaged<uint, nint>)apiBase[0];
        var getVersion = (delegate* unmanaged<byte*>)apiBase[1];
        Version = Utf8.ToString(getVersion());
        var table = getApi(ApiVersion);
        if (table == 0)
            throw new DllNotFoundException($"The native ONNX Runtime library found is {Version}; 1.{ApiVersion}.0 or later is needed.");
        return table;
    }

    // The library of the npm package reports its use to its maker: it keeps a database in the user's cache folder, writes
    // a log to the temporary folder, queues some kilobytes for every run that fails, and uploads them. Only this variable,
    // seen by the library when it starts, stops all of that. Whoever wants the reports sets it to 0.
    private static void SwitchTelemetryOff()
    {
        // Not Environment.SetEnvironmentVariable, which native code does not see.
        if (!OperatingSystem.IsWindows()) _ = SetVariable("ORT_DISABLE_TELEMETRY", "1", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static nint Open()
    {
        string name;
        if (OperatingSystem.IsWindows()) name = "onnxruntime.dll";
        else if (OperatingSystem.IsMacOS()) name = "libonnxruntime.1.dylib";
        else name = "libonnxruntime.so.1";

        var beside = Path.Combine(AppContext.BaseDirectory, name);
        var besideAssembly = Path.Combine(Path.GetDirectoryName(typeof(NativeLibraryLoader).Assembly.Location) ?? "", name);
        // The bare name comes last: the system's own search path.
        foreach (var candidate in (string[])[beside, besideAssembly, name])
        {
            if (NativeLibrary.TryLoad(candidate, out var handle)) return handle;
        }

        throw new DllNotFoundException(
            $"The native ONNX Runtime library '{name}' is not beside the program ({AppContext.BaseDirectory}) or cannot be loaded there; building the project puts it there.");
    }
}
