using System.Diagnostics;
using System.Globalization;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Tests.Training.Sandbox;

/// <summary>The sandbox of a node that is not root: jobs keep its user, in a user namespace.</summary>
public sealed class SandboxCommandTests : IDisposable
{
    private const string Nobody = "65534";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Program_of_a_node_that_is_not_root_sees_its_folder_alone_and_has_a_bounded_number_of_processes()
    {
        var secret = _folder.Write("data/secret.db", "the node's secret");
        var job = Directory.CreateDirectory(_folder.At("data/jobs/mine")).FullName;
        using var owner = Run("chown", ["-R", Nobody, _folder.Path]);
        var command = new SandboxCommand(new() { MaxProcesses = 30 }, _folder.At("data"), filter: null);
        const string Script =
            """
            import os, sys, time
            print(os.path.exists(sys.argv[1]), os.listdir("."), os.path.exists("/proc/%s" % sys.argv[2]), flush=True)
            for path in ["/x", "/usr/x", "/proc/sys/kernel/hostname", "out"]:
                try:
                    open(path, "w").close()
                    print("wrote", path, flush=True)
                except OSError:
                    pass
            children = 0
            try:
                while children < 200:
                    if os.fork() == 0:
                        time.sleep(100)
                    children += 1
            except BlockingIOError:
                print(children, flush=True)
            """;

        var words = command.Wrap(
            ["python3", "-c", Script, secret, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)], job, [], 1L << 30, user: null);
        using var sandboxed = Run("setpriv", [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--", .. words]);
        var lines = sandboxed.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        if (lines.Length == 0)
        {
            // Where no user namespace can be had, bubblewrap says so and runs nothing.
            sandboxed.StandardError.ReadToEnd().ShouldContain("bwrap");
            return;
        }

        lines[..2].ShouldBe(["False [] False", "wrote out"]);
        int.Parse(lines[2], CultureInfo.InvariantCulture).ShouldBeInRange(15, 30);
    }

    public void Dispose() => _folder.Dispose();

    private static Process Run(string program, string[] arguments)
    {
        var process = Process.Start(
            new ProcessStartInfo(
                program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.WaitForExit(TimeSpan.FromSeconds(20)).ShouldBeTrue();
        return process;
    }
}
