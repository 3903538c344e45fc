using System.Diagnostics;
using System.Globalization;

namespace Progeny.Core.Training;

/// <summary>How a trainer's process is started: in a folder, with next to no environment, as the head of a group that dies with the node.</summary>
internal static class TrainerCommand
{
    // The guardian reads what the node holds open: when the node ends the run, or dies, it reads the end and kills the group.
    // The trainer is what the kernel shall kill first when the machine runs out of memory, not the node.
    // It runs when nothing else wants to, of the processor and of the disk: its niceness, that of its session where the kernel groups
    // processes by session, its scheduling policy (under which whoever wakes up need not wait for it) and its disk class say so.
    private const string Guarded = """
        { echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
        exec 3<&0 </dev/null
        { cat <&3; kill -9 0; } >/dev/null 2>&1 &
        exec 3<&-
        priority=$1
        shift
        if [ "$priority" = low ]; then
          { renice -n 19 -p $$; echo 19 >/proc/$$/autogroup; chrt --idle -p 0 $$; ionice -c 3 -p $$; } >/dev/null 2>&1
        fi
        exec "$@"
        """;

    // OpenMP (XGBoost, LightGBM, scikit-learn), the libraries behind numpy, joblib, .NET: each has a setting of its own.
    private static readonly string[] ThreadLimits =
        ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LOKY_MAX_CPU_COUNT", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "DOTNET_PROCESSOR_COUNT"];

    private static readonly string[] Kept = ["PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "XGBOOST_LIBRARY"];

    public static ProcessStartInfo StartInfo(IReadOnlyList<string> command, string folder, TrainerOptions options)
    {
        var temporary = Path.Combine(folder, "tmp");
        Directory.CreateDirectory(temporary);
        var start = new ProcessStartInfo
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        List<string> words = OperatingSystem.IsLinux() ? ["setsid", "/bin/sh", "-c", Guarded, "trainer", options.LowPriority ? "low" : "same", .. command] : [.. command];
        start.FileName = words[0];
        foreach (var argument in words.Skip(1))
            start.ArgumentList.Add(argument);

        start.Environment.Clear();
        foreach (var name in Kept)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                start.Environment[name] = value;
        }

        start.Environment["HOME"] = folder;
        start.Environment["TMPDIR"] = temporary;
        start.Environment["LANG"] = "C.UTF-8";

        foreach (var name in ThreadLimits)
            start.Environment[name] = options.ThreadsOfTrainer.ToString(CultureInfo.InvariantCulture);

        // A node serves while it trains: threads that wait for each other must not spin on the cores that answer queries.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        return start;
    }
}
