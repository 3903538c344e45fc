using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Progeny.Architecture.Tests.Deployment;

/// <summary>HAProxy takes the configuration of the balancer.</summary>
public sealed class BalancerTests
{
    private const string Common = "deploy/haproxy/haproxy.cfg";

    [HaproxyFact]
    public async Task Configuration_of_the_containers_is_valid()
    {
        var folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest("CN=balancer", key, HashAlgorithmName.SHA256)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            var file = Path.Combine(folder, "balancer.pem");
            await File.WriteAllTextAsync(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
            (await CheckAsync(
                new Dictionary<string, string> { ["BALANCER_TLS"] = $"ssl crt {file}", ["BALANCER_AUTHORITY"] = file },
                Common,
                "deploy/docker/nodes.cfg")).ShouldBe("");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

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
    private static Task<string> CheckAsync(params string[] files) => CheckAsync(new Dictionary<string, string>(), files);

    /// <param name="environment">Variables that the configuration reads.</param>
    /// <inheritdoc cref="CheckAsync(string[])"/>
    private static async Task<string> CheckAsync(Dictionary<string, string> environment, params string[] files)
    {
        string[] arguments = ["-c", .. files.SelectMany(file => new[] { "-f", file })];
        var start = new ProcessStartInfo(HaproxyFactAttribute.Program!, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Repository.Root,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var problems = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? "" : await problems;
    }
}
