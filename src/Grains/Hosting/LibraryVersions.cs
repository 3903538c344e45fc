using System.Reflection;
using Progeny.Core.Serving.Inference;

namespace Progeny.Grains.Hosting;

/// <summary>The versions of the libraries that a node stands on.</summary>
public static class LibraryVersions
{
    /// <summary>The version of this program.</summary>
    public static string Progeny { get; } = Version(typeof(LibraryVersions).Assembly);

    /// <summary>The version of Microsoft Orleans, e.g. <c>10.4.2</c>.</summary>
    public static string Orleans { get; } = Version(typeof(Grain).Assembly);

    /// <summary>The version of ONNX Runtime, e.g. <c>1.31.1</c>: that of the native library.</summary>
    public static string OnnxRuntime { get; } = OnnxRuntimeLibrary.Version;

    // Behind the version some write the commit: "10.4.2+abc…", or "10.4.2. Commit Hash: abc…".
    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', ' ')[0].TrimEnd('.');
}
