using System.Diagnostics;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Tests.Training.Sandbox;

/// <summary>Control groups in a folder that is laid out as the kernel's (cgroup v2), which the machine of the test need not have.</summary>
public sealed class ControlGroupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public ControlGroupTests()
    {
        File.WriteAllText(Path.Combine(_root, "cgroup.controllers"), "cpu memory pids\n");
        Directory.CreateDirectory(Path.Combine(_root, "system.slice", "progeny.service", "node"));
        File.WriteAllText(Service("cgroup.subtree_control"), "memory pids\n");
        File.WriteAllText(Self, "0::/system.slice/progeny.service/node\n");
    }

    private string Self => Path.Combine(_root, "self");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Group_of_a_job_has_its_limits_and_the_program_is_in_it_before_it_runs()
    {
        if (OperatingSystem.IsWindows())
            return;
        var group = Find().ShouldNotBeNull().Create(memory: 1 << 30, processes: 64);

        var folder = Directory.GetDirectories(Service("")).Single(path => Path.GetFileName(path).StartsWith("job-", StringComparison.Ordinal)
            && File.ReadAllText(Path.Combine(path, "pids.max")) == "64");
        (await File.ReadAllTextAsync(Path.Combine(folder, "memory.max"))).ShouldBe("1073741824");
        (await File.ReadAllTextAsync(Path.Combine(folder, "memory.oom.group"))).ShouldBe("1");
        var command = group.Wrap(["/bin/sh", "-c", "echo $$"]);
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        (await File.ReadAllTextAsync(Path.Combine(folder, "cgroup.procs"))).ShouldBe(printed);

        group.WasOutOfMemory.ShouldBeFalse();
        await File.WriteAllTextAsync(Path.Combine(folder, "memory.events"), "low 0\noom 1\noom_kill 3\n");
        group.WasOutOfMemory.ShouldBeTrue();
        group.Dispose();
        (await File.ReadAllTextAsync(Path.Combine(folder, "cgroup.kill"))).ShouldBe("1");
    }

    [Theory]
    [InlineData("0::/\n", "subgroup")]
    [InlineData("9:name=systemd:/\n8:pids:/\n", "subgroup")]
    [InlineData("0::/system.slice/other.service/node\n", "may not make")]
    public void Node_that_has_no_delegated_group_makes_none(string self, string problem)
    {
        File.WriteAllText(Self, self);
        ControlGroups.Find(_root, Self).Problem.ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void Group_that_does_not_hand_on_memory_is_not_used()
    {
        File.WriteAllText(Service("cgroup.subtree_control"), "pids\n");
        ControlGroups.Find(_root, Self).Problem.ShouldNotBeNull().ShouldContain("'memory'");
    }

    [Fact]
    public void Machine_with_version_1_has_none()
    {
        File.Delete(Path.Combine(_root, "cgroup.controllers"));
        ControlGroups.Find(_root, Self).Problem.ShouldNotBeNull().ShouldContain("version 2");
    }

    private ControlGroups? Find() => ControlGroups.Find(_root, Self).Groups;

    private string Service(string file) => Path.Combine(_root, "system.slice", "progeny.service", file);
}
