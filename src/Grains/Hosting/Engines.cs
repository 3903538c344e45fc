using System.Reflection;
using Microsoft.ML.OnnxRuntime;

namespace Progeny.Grains.Hosting;

/// <summary>Which libraries this build runs on.</summary>
public static class Engines
{
    /// <summary>The assembly and version that Orleans' names come from, e.g. <c>Orleans.Core.Abstractions 10.4.2</c>.</summary>
    public static string Orleans { get; } = Describe(typeof(Grain).Assembly);

    /// <summary>The assembly and version behind ONNX Runtime's names, with the version of the native library.</summary>
    public static string OnnxRuntime => $"{Describe(typeof(InferenceSession).Assembly)} (native {OrtEnv.Instance().GetVersionString()})";

    private static string Describe(Assembly assembly)
    {
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString();
        // Behind the version some write the commit: "10.4.2+abc…", or "10.4.2. Commit Hash: abc…".
        return $"{assembly.GetName().Name} {version?.Split('+', ' ')[0].TrimEnd('.')}";
    }
}
