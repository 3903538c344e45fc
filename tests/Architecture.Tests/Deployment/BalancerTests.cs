using System.Diagnostics;

namespace Progeny.Architecture.Tests.Deployment;

/// <summary>HAProxy takes the configuration of the balancer.</summary>
public sealed class BalancerTests
{
    private const string Common = "deploy/haproxy/haproxy.cfg";

    [HaproxyFact]
    public async Task Configuration_of_the_containers_is_valid() => (await CheckAsync(Common, "deploy/docker/nodes.cfg")).ShouldBe("");

    [HaproxyFact]
    public async Task Configuration_of_a_cluster_on_one_machine_is_valid()
    {
        var nodes = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(nodes, "backend nodes\n    server node-1 127.0.0.1:8081 check\n");
            (await CheckAsync(Common, nodes)).ShouldBe("");
        }
        finally
        {
            File.Delete(nodes);
        }
    }

    [HaproxyFact]
    public async Task Configuration_without_nodes_is_not_valid() => (await CheckAsync(Common)).ShouldContain("nodes");

    /// <summary>What HAProxy says against a configuration; empty: nothing.</summary>
    private static async Task<string> CheckAsync(params string[] files)
    {
        string[] arguments = ["-c", .. files.SelectMany(file => new[] { "-f", file })];
        using var process = Process.Start(new ProcessStartInfo(HaproxyFactAttribute.Program!, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Repository.Root,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var problems = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? "" : await problems;
    }
}
