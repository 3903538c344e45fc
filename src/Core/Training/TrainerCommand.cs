using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Training;

/// <summary>
/// How a trainer's process is started: in a folder, with next to no environment, behind a shell that ends with all that the trainer
/// started, or with the node.
/// </summary>
internal static class TrainerCommand
{
    // PR_SET_CHILD_SUBREAPER, which stays through exec: whoever loses their parent becomes a child of the shell, daemons included.
    private const string Subreaper = "syscall(shift() + 0, 36, 1, 0, 0, 0); exec @ARGV or exit 127";

    // The guardian reads what the node holds open: when the node dies, it reads the end and kills the trainer, upon
    // which the shell ends what is left; and a second later the group, in case the shell cannot.
    // The trainer is what the kernel shall kill first when the machine runs out of memory, not the node.
    // It runs when nothing else wants to, of the processor and of the disk: its niceness, that of its session where the kernel groups
    // processes by session, its scheduling policy (under which whoever wakes up need not wait for it) and its disk class say so.
    // What makes a sandbox reads the filter of system calls as file 9; the folders that it makes are for the job's user to pass.
    // The shell outlives the trainer (and the signals with which it ends its group) until nothing that came of it is left.
    private const string Guarded = """
        { echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
        exec 3<&0 </dev/null
        {
          cat <&3
          read -r me rest </proc/self/stat
          read -r children </proc/$$/task/$$/children
          for child in $children; do [ $child = $me ] || kill -9 $child; done
          sleep 1
          kill -9 0
        } >/dev/null 2>&1 &
        guardian=$!
        exec 3<&-
        priority=$1 filter=$2
        shift 2
        [ -z "$filter" ] || { exec 9<"$filter"; umask 022; }
        if [ "$priority" = low ]; then
          { renice -n 19 -p $$; echo 19 >/proc/$$/autogroup; chrt --idle -p 0 $$; ionice -c 3 -p $$; } >/dev/null 2>&1
        fi
        trap : HUP INT QUIT TERM
        "$@"
        status=$?
        exec >/dev/null 2>&1
        while :; do
          left= children=
          read -r children </proc/$$/task/$$/children
          for child in $children; do
            [ $child != $guardian ] || continue
            state=Z
            while read -r key state rest && [ "$key" != State: ]; do :; done </proc/$child/status
            case $state in
              [ZX]) ;;
              *) kill -9 $child; left=1 ;;
            esac
          done
          [ "$left" ] || exit $status
          sleep 0.01
        done
        """;

    // OpenMP (XGBoost, LightGBM, scikit-learn), the libraries behind numpy, joblib, .NET: each has a setting of its own.
    private static readonly string[] ThreadLimits =
        [
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "NUMEXPR_NUM_THREADS",
            "LOKY_MAX_CPU_COUNT",
            "POLARS_MAX_THREADS",
            "RAYON_NUM_THREADS",
            "DOTNET_PROCESSOR_COUNT",
        ];

    private const string Perl = "/usr/bin/perl";

    private static readonly string[] Kept = ["PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "XGBOOST_LIBRARY"];

    /// <param name="reads">What it may read in a sandbox.</param>
    /// <param name="memory">The memory that it may take, in bytes.</param>
    /// <param name="group">The control group in which it runs; null: none of its own.</param>
    public static ProcessStartInfo StartInfo(
        IReadOnlyList<string> command,
        string folder,
        IReadOnlyList<string> reads,
        long memory,
        TrainerOptions options,
        ProgramSandbox? sandbox,
        ControlGroup? group)
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
        if (sandbox?.Filter is not null)
            command = sandbox.Prepare(command, folder, reads, memory);
        command = group?.Wrap(command) ?? command;
        List<string> words = OperatingSystem.IsLinux()
            ? [
                "setsid",
                .. AsSubreaper(),
                "/bin/sh",
                "-c",
                Guarded,
                "trainer",
                options.LowPriority ? "low" : "same",
                sandbox?.Filter ?? "",
                .. command,
            ]
            : [.. command];
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

    /// <summary>What makes the program behind it a subreaper: Perl, which every Debian has; nothing where there is none.</summary>
    private static string[] AsSubreaper()
    {
        var prctl = RuntimeInformation.OSArchitecture switch { Architecture.X64 => "157", Architecture.Arm64 => "167", _ => null };
        return prctl is not null && File.Exists(Perl) ? [Perl, "-e", Subreaper, prctl] : [];
    }
}
