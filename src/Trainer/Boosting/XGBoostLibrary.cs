using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Progeny.Trainer.Boosting;

/// <summary>Finds and loads the native library, and turns its status codes into exceptions.</summary>
public static partial class XGBoostLibrary
{
    /// <summary>The environment variable that names the library's file, instead of the names it usually has.</summary>
    public const string Variable = "XGBOOST_LIBRARY";

    internal const string Name = "xgboost";

    static readonly string[] s_names = ["libxgboost.so.0", "libxgboost.so", "libxgboost.dylib", "xgboost.dll"];

    static readonly Lazy<nint> s_handle = new(Load);

    /// <summary>Loads the library.</summary>
    /// <exception cref="TrainerException">It is not there; the message says how to get it.</exception>
    public static void Ensure() => _ = s_handle.Value;

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Name ? s_handle.Value : 0;

    internal static void Check(int status)
    {
        if (status != 0)
            throw new TrainerException("XGBoost: " + Shorten(Marshal.PtrToStringUTF8(NativeMethods.XGBGetLastError()) ?? ""));
    }

    /// <summary>The sentence in an error of the library, without its clock, source position, failed condition and stack trace.</summary>
    internal static string Shorten(string error)
    {
        var end = error.IndexOf("Stack trace", StringComparison.Ordinal);
        var text = Noise().Replace(end < 0 ? error : error[..end], "");
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [GeneratedRegex(@"\[\d\d:\d\d:\d\d\] \S+:\d+: |Check failed: .*?: ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Noise();

    static nint Load()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file)
        {
            return NativeLibrary.TryLoad(file, out var given)
                ? given
                : throw new TrainerException($"{Variable} is '{file}', which cannot be loaded; the path of libxgboost would be right");
        }
        foreach (var name in s_names)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
                return handle;
        }
        throw new TrainerException(
            $"the native XGBoost library is not installed: apt-get install libxgboost0, or set {Variable} to the file's path");
    }
}
