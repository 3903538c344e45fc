using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Progeny.Core.Training;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Tests.Training.Sandbox;

/// <summary>Hostile programs in the sandbox: with a user of their own where the tests run as root, else with that of the tests.</summary>
/// <remarks>Where bubblewrap makes no sandbox, each test asserts that the program is refused instead.</remarks>
public sealed class ProgramSandboxTests
{
    [Fact]
    public async Task Program_sees_its_folder_and_nothing_of_the_node()
    {
        using var node = await SandboxFixture.StartAsync();
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        Environment.SetEnvironmentVariable("PROGENY_TEST_SECRET", "do not tell");
        await File.WriteAllTextAsync(Path.Combine(node.Job, "data.csv"), "x,y\n1,2\n");
        var result = await node.Run(
            $"""
            cat data.csv; pwd; env
            cat {node.Secret} {node.OtherJob}; ls {node.At("data")} {node.At("data/jobs")}
            tr '\0' '\n' </proc/{Environment.ProcessId}/environ; cat /proc/1/environ | tr '\0' '\n'
            ls /root /home /var /run /srv /sys /boot /etc/shadow /etc/passwd
            echo written >out.txt
            """);

        result.Verdict.ShouldBe(TrainerVerdict.Succeeded, result.Message);
        node.Lines.ShouldContain("1,2");
        node.Lines.ShouldContain(node.Job);
        node.Lines.ShouldNotContain(
            line => line.Contains("secret", StringComparison.OrdinalIgnoreCase) || line.Contains("another job", StringComparison.Ordinal)
                || line.Contains("other", StringComparison.Ordinal));
        node.Lines.ShouldNotContain(line => line.StartsWith("PROGENY_", StringComparison.Ordinal));
        result.Log.ShouldContain($"cat: {node.Secret}: No such file or directory");
        result.Log.ShouldContain("cannot access '/root'");
        result.Log.ShouldContain("cannot access '/etc/shadow'");
        (await File.ReadAllTextAsync(Path.Combine(node.Job, "out.txt"))).ShouldBe("written\n");
    }

    [Fact]
    public async Task Program_writes_nowhere_but_to_its_folder_and_temporary_ones_and_has_no_rights()
    {
        using var node = await SandboxFixture.StartAsync();
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        var result = await node.Run(
            """
            for file in /x /usr/x /etc/x /dev/x /proc/sys/kernel/hostname /var/x; do (: >$file) 2>/dev/null && echo "$file could be written"; done
            for file in x tmp/x /tmp/x /dev/shm/x; do : >$file || echo "$file could not be written"; done
            unshare -U true 2>/dev/null && echo 'made a namespace'
            mount -t tmpfs none tmp 2>/dev/null && echo mounted
            chroot . true 2>/dev/null && echo 'changed root'
            sed -n 's/^Cap[A-Z][a-z]*:\s*//p; s/^NoNewPrivs:\s*//p; s/^Seccomp:\s*//p' /proc/self/status | sort -u
            """);

        result.Verdict.ShouldBe(TrainerVerdict.Succeeded, result.Message);
        node.Lines.ShouldBe(node.Sandbox.FilterProblem is null ? ["0000000000000000", "1", "2"] : ["0", "0000000000000000", "1"]);
    }

    [Theory]
    [InlineData(SandboxNetwork.None)]
    [InlineData(SandboxNetwork.Host)]
    public async Task Program_reaches_the_node_only_where_the_network_is_the_nodes(SandboxNetwork network)
    {
        using var node = await SandboxFixture.StartAsync(new() { Network = network });
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var result = await node.Python(
            $"""
            import socket
            with socket.socket() as own:
                own.bind(("127.0.0.1", 0)); own.listen()
                socket.create_connection(own.getsockname(), 5).close()
            print("own loopback", flush=True)
            socket.create_connection(("127.0.0.1", {port}), 5)
            print("the node's loopback", flush=True)
            """);

        node.Lines.ShouldBe(network is SandboxNetwork.None ? ["own loopback"] : ["own loopback", "the node's loopback"]);
        result.Verdict.ShouldBe(network is SandboxNetwork.None ? TrainerVerdict.Failed : TrainerVerdict.Succeeded);
        if (network is SandboxNetwork.None)
            result.Message.ShouldContain("Connection refused");
    }

    [Theory]
    [InlineData("socket.socket(socket.AF_VSOCK)", "Address family not supported")]
    [InlineData("socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)", "Address family not supported")]
    [InlineData("os.kill(1, 9) or os.kill(os.getppid(), 9) or os.setuid(0)", "Operation not permitted")]
    [InlineData("check(libc.shmget(0, 1 << 20, 0o1600))", "Operation not permitted")]
    [InlineData("check(libc.ptrace(0, 0, 0, 0))", "Operation not permitted")]
    [InlineData("check(libc.syscall(321, 0, 0, 0))", "Operation not permitted")]
    public async Task Program_cannot_make_calls_that_lead_out_of_the_sandbox(string call, string message)
    {
        using var node = await SandboxFixture.StartAsync();
        if (!node.Sandbox.IsOn || node.Sandbox.FilterProblem is not null)
        {
            (node.Sandbox.Problem ?? node.Sandbox.FilterProblem).ShouldNotBeNull();
            return;
        }

        var result = await node.Python(
            $"""
            import ctypes, os, socket
            libc = ctypes.CDLL(None, use_errno=True)
            def check(result):
                if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            {call}
            """);

        result.Verdict.ShouldBe(TrainerVerdict.Failed);
        result.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Program_that_forks_without_end_gets_as_many_processes_as_the_node_says()
    {
        using var node = await SandboxFixture.StartAsync(new() { MaxProcesses = 40 });
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        var result = await node.Python(
            """
            import os, time
            children = 0
            try:
                while children < 500:
                    if os.fork() == 0:
                        time.sleep(100)
                    children += 1
            finally:
                print(children, flush=True)
            """);

        int.Parse(node.Lines.Single(), CultureInfo.InvariantCulture).ShouldBeInRange(20, 40);
        result.Verdict.ShouldBe(TrainerVerdict.Failed);
        result.Message.ShouldContain("Resource temporarily unavailable");
    }

    [Fact]
    public async Task Daemons_end_with_the_job_those_that_left_session_and_parent_included()
    {
        using var node = await SandboxFixture.StartAsync();
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        var name = $"daemon-{Guid.NewGuid():N}";
        var result = await node.Python(
            $"""
            import os, time
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.execvp("python3", ["python3", "-c", "import time; time.sleep(100)", "{name}"])
                os._exit(0)
            time.sleep(0.3)
            """);

        result.Verdict.ShouldBe(TrainerVerdict.Succeeded, result.Message);
        Processes(name).ShouldBeEmpty();
    }

    [Fact]
    public async Task Program_that_fills_the_disk_is_stopped()
    {
        using var node = await SandboxFixture.StartAsync(new() { MaxDiskBytes = 20 << 20 });
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        var large = await node.Run("exec head -c 30000000 /dev/zero >large");
        var many = await node.Run("i=0; while [ $i -lt 100 ]; do i=$((i + 1)); head -c 10000000 /dev/zero >part$i; done; sleep 100");

        large.Verdict.ShouldBe(TrainerVerdict.Failed);
        large.Message.ShouldBe("The trainer was stopped: it wrote a file of more than 20 MiB (the node's Jobs:MaxDiskBytes).");
        many.Verdict.ShouldBe(TrainerVerdict.OverLimit);
        many.Message.ShouldEndWith("its limit is 20 MiB (the node's Jobs:MaxDiskBytes).");
    }

    [Fact]
    public async Task Program_is_stopped_at_the_limits_of_files_free_disk_and_processor_time()
    {
        using var files = await SandboxFixture.StartAsync(new() { MaxFiles = 100 });
        using var free = await SandboxFixture.StartAsync(new() { MinFreeBytes = long.MaxValue });
        using var cpu = await SandboxFixture.StartAsync(new() { MaxCpuTime = TimeSpan.FromMilliseconds(300) });

        var many = await files.Run("mkdir deep; cd deep; i=0; while [ $i -lt 200 ]; do i=$((i + 1)); : >$i; done; sleep 100");
        var full = await free.Run("sleep 100");
        var busy = await cpu.Run("while :; do :; done & while :; do :; done");

        many.Message.ShouldEndWith("its limit is 100 (the node's Jobs:MaxFiles).");
        full.Message.ShouldContain("(the node's Jobs:MinFreeBytes)");
        busy.Message.ShouldEndWith("of processor time; its limit is 00:00:00.3000000 (the node's Jobs:MaxCpuTime).");
        new[] { many, full, busy }.ShouldAllBe(result => result.Verdict == TrainerVerdict.OverLimit);
    }

    [Theory]
    [InlineData("x = bytearray(200 << 20)")]
    [InlineData(
        "x = open('/dev/shm/x', 'wb'); x.write(bytes(60 << 20)); x.flush(); x = open('/tmp/x', 'wb'); x.write(bytes(60 << 20)); x.flush()")]
    [InlineData("import os; x = os.memfd_create('x'); os.write(x, bytes(60 << 20)); os.write(x, bytes(60 << 20))")]
    public async Task Program_is_stopped_at_its_memory_limit_whatever_kind_of_memory_it_takes(string script)
    {
        using var node = await SandboxFixture.StartAsync();
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        var result = await node.Python($"import time; {script}; time.sleep(100)", memory: 100 << 20);

        result.Verdict.ShouldBe(TrainerVerdict.OutOfMemory, result.Message);
        result.Message.ShouldEndWith("its limit is 100 MiB (pipeline.memory).");
    }

    [Fact]
    public async Task Process_cannot_allocate_far_past_the_memory_limit_at_once()
    {
        using var node = await SandboxFixture.StartAsync();
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        var result = await node.Python("x = bytearray(3 << 30)", memory: 256 << 20);

        result.Message.ShouldBe("The trainer failed with exit code 1: MemoryError");
    }

    [Fact]
    public async Task Data_folder_beneath_a_folder_that_is_shown_stays_hidden()
    {
        using var shown = new Common.TemporaryFolder();
        shown.Write("program/appsettings.json", "the settings' secret");
        shown.Write("program/tool", "a tool\n");
        using var node = await SandboxFixture.StartAsync();
        if (!node.Sandbox.IsOn)
        {
            ShouldBeRefused(node);
            return;
        }

        var above = Path.GetDirectoryName(node.At("data"))!;
        foreach (var folder in (string[])[above, shown.Path])
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        var result = await new TrainerProcess(node.Trainer, TimeProvider.System, node.Sandbox).RunAsync(
            ["/bin/sh", "-c", $"cat {shown.At("program/tool")} {shown.At("program/appsettings.json")} {node.Secret}; ls {node.At("data")}"],
            node.Job, TimeSpan.FromMinutes(1), 1L << 30, node.Lines.Enqueue, default, [above, shown.At("program")]);

        node.Lines.ShouldBe(["a tool", "jobs"]);
        result.Log.ShouldContain($"cat: {node.Secret}: No such file or directory");
    }

    [Fact]
    public async Task Sandboxed_program_that_is_not_there_is_named()
    {
        using var node = await SandboxFixture.StartAsync();

        var result = await new TrainerProcess(node.Trainer, TimeProvider.System, node.Sandbox).RunAsync(
            ["no-such-trainer"], node.Job, TimeSpan.FromMinutes(1), 1L << 30, node.Lines.Enqueue, default);

        result.Message.ShouldContain("'no-such-trainer' was not found or could not be run");
    }

    [Fact]
    public async Task Cancelled_and_late_programs_are_stopped()
    {
        using var node = await SandboxFixture.StartAsync();
        using var cancel = new CancellationTokenSource();

        var cancelled = await node.Run("echo ready; sleep 100", onLine: _ => cancel.Cancel(), cancellationToken: cancel.Token);
        var late = await node.Run("trap '' TERM; sleep 100", timeout: TimeSpan.FromMilliseconds(300));

        cancelled.Verdict.ShouldBe(TrainerVerdict.Cancelled);
        late.Verdict.ShouldBe(TrainerVerdict.TimedOut);
        new[] { cancelled, late }.ShouldAllBe(result => result.Duration < TimeSpan.FromSeconds(20));
    }

    private static void ShouldBeRefused(SandboxFixture node)
    {
        node.Sandbox.Problem.ShouldNotBeNullOrEmpty();
        node.Sandbox.Refusal("python3").ShouldNotBeNull().ShouldContain("which has no sandbox for it");
    }

    private static IEnumerable<string> Processes(string name) => Directory.GetDirectories("/proc").Where(folder =>
    {
        try
        {
            return File.ReadAllText($"{folder}/cmdline").Contains(name, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
