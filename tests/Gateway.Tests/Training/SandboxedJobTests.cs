using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Training.Sandbox;
using Progeny.Gateway.Tests.Durability;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Training;

/// <summary>Jobs of a node with a sandbox, and what a node without one refuses.</summary>
public sealed class SandboxedJobTests : DataFixture
{
    private static readonly string[] Sandboxed = ["--Jobs:Sandbox", "auto", "--Jobs:AllowUnsandboxed", "false"];

    [Fact]
    public async Task Projects_program_and_the_check_of_its_model_run_in_the_sandbox()
    {
        await using var node = await Node.StartWholeAsync(Data, Sandboxed);
        var sandbox = node.Services.GetRequiredService<ProgramSandbox>();
        EchoProject.WriteTrained(
            PathOf("spy"),
            "spy",
            $"cat {Data}/*.db 2>/dev/null && exit 7\nls {Data} /root >&2 || true\nid -u >&2\necho secret >{Data}/planted || true");

        var (status, problem) = await PublishAsync(node, "spy");
        if (!sandbox.IsOn)
        {
            status.ShouldBe(400);
            ((string)problem!["detail"]!).ShouldContain("which has no sandbox for it");
            return;
        }

        status.ShouldBe(201);
        var job = await node.TrainAsync("spy");
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        File.Exists(Path.Combine(Data, "planted")).ShouldBeFalse();
        Directory.EnumerateFileSystemEntries(Path.Combine(Data, "jobs")).ShouldBeEmpty();
        var generation = (await node.GetAsync("/api/projects/spy/generations"))[0]!;
        generation["figures"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("none", "projects may run no programs of their own here (Jobs:Commands)")]
    [InlineData("python3, /usr/bin/Rscript", "projects may run python3, /usr/bin/Rscript (Jobs:Commands)")]
    public async Task Program_that_projects_may_not_run_is_refused_at_release_with_its_place(string commands, string expected)
    {
        await using var node = await Node.StartAsync(Data, "--Jobs:Commands", commands);
        EchoProject.WriteTrained(PathOf("shell"), "shell", "true");
        EchoProject.WriteFinished(PathOf("finished"), "finished");

        var (status, problem) = await PublishAsync(node, "shell");
        var (other, _) = await PublishAsync(node, "finished");

        (status, other).ShouldBe((400, 201));
        ((string)problem!["detail"]!).ShouldContain("pipeline.command: The program '/bin/sh' may not run on this node");
        ((string)problem["detail"]!).ShouldContain(expected);
    }

    [Fact]
    public async Task Program_of_an_earlier_release_is_refused_when_it_is_to_run()
    {
        EchoProject.WriteTrained(PathOf("shell"), "shell", "true");
        await using (var node = await Node.StartAsync(Data))
            (await PublishAsync(node, "shell")).Status.ShouldBe(201);

        await using var restricted = await Node.StartAsync(Data, "--Jobs:Commands", "none");
        var job = await restricted.TrainAsync("shell");

        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain(
            "The program '/bin/sh' may not run on this node: projects may run no programs of their own here (Jobs:Commands)");
    }

    [Fact]
    public async Task Without_a_sandbox_programs_are_refused_unless_the_operator_says_so()
    {
        await using var node = await Node.StartAsync(Data, "--Jobs:AllowUnsandboxed", "false");
        EchoProject.WriteTrained(PathOf("shell"), "shell", "true");

        var (status, problem) = await PublishAsync(node, "shell");

        status.ShouldBe(400);
        ((string)problem!["detail"]!).ShouldContain(
            "which has no sandbox for it: Jobs:Sandbox is 'off'. Programs run without one where Jobs:AllowUnsandboxed is true.");
    }

    [Fact]
    public async Task Node_that_must_have_a_sandbox_does_not_start_without_one()
    {
        var bwrap = PathOf("bwrap");
        await File.WriteAllTextAsync(bwrap, "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(bwrap, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var path = new Dictionary<string, string> { ["PATH"] = $"{PathOf("")}:{Environment.GetEnvironmentVariable("PATH")}" };

        var started = await NodeProcess.RunAsync("Progeny.Gateway.dll", Data, path, "--Jobs:Sandbox", "required");

        started.ExitCode.ShouldBe(1);
        started.Output.ShouldContain(
            "Jobs:Sandbox is 'required', and this node has no sandbox for jobs: bubblewrap cannot make one here (bwrap: No permissions to "
                + "create new namespace).");
    }

    private async Task<(int Status, JsonNode? Body)> PublishAsync(Node node, string project)
    {
        using var response = await node.PublishAsync(project, PathOf(project));
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()));
    }
}
