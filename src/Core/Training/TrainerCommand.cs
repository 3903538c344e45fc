using System.Diagnostics;

namespace Progeny.Core.Training;

/// <summary>How a trainer's process is started: in a folder, with next to no environment, as the head of a group that dies with the node.</summary>
internal static class TrainerCommand
{
    // The guardian reads what the node holds open: when the node ends the run, or dies, it reads the end and kills the group.
    // The trainer is what the kernel shall kill first when the machine runs out of memory, not the node.
    private const string Guarded = """
        { echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
        exec 3<&0 </dev/null
        { cat <&3; kill -9 0; } >/dev/null 2>&1 &
        exec 3<&-
        exec "$@"
        """;

    private static readonly string[] Kept = ["PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "XGBOOST_LIBRARY"];

    public static ProcessStartInfo StartInfo(IReadOnlyList<string> command, string folder)
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
        List<string> words = OperatingSystem.IsLinux() ? ["setsid", "/bin/sh", "-c", Guarded, "trainer", .. command] : [.. command];
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

        // A node serves while it trains: threads that wait for each other must not spin on the cores that answer queries.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        return start;
    }
}
