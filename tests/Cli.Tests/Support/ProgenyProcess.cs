using System.Diagnostics;

namespace Progeny.Cli.Tests.Support;

/// <summary>The program as a process of its own, with a folder for temporary files of its own.</summary>
internal static class ProgenyProcess
{
    // The program as users get it, in its own output folder: the one of the tests lacks what ASP.NET Core brings to them.
    private static readonly DirectoryInfo Output = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
    private static readonly string Program = Path.Combine(Output.Parent!.Parent!.FullName, "Cli", Output.Name, "progeny.dll");

    public static Process Start(string temporary, string folder, params string[] args)
    {
        var start = Processes.StartInfo("dotnet", [Program, .. args]);
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["TMPDIR"] = temporary;
        // What the program turns off by itself is not turned off for it here.
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        return Process.Start(start)!;
    }

    public static async Task<CliRun> WaitAsync(Process process)
    {
        var (exitCode, output, errors) = await process.EndAsync();
        return new CliRun(exitCode, output, errors);
    }
}
