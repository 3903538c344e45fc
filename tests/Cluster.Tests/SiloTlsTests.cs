using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Progeny.Gateway.Tests.Durability;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>Members of a cluster know each other by certificates of one authority; all others are refused.</summary>
[Collection(ClusterCollection.Name)]
public sealed class SiloTlsTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Members_with_certificates_of_the_authority_join_and_others_are_refused()
    {
        var cluster = await fixture.CreateAsync("tls");
        using var authority = new TestAuthority();
        using var foreign = new TestAuthority();
        var first = cluster.Add("first", Settings(cluster, authority, "first"));
        var second = cluster.Add("second", Settings(cluster, authority, "second"));
        await cluster.EnsureAsync();
        await cluster.ServeAsync("sealed", "durable");

        foreach (var port in new[] { first.SiloPort, first.GatewayPort, second.SiloPort })
        {
            (await IsTakenAsync(port, null)).ShouldBeFalse($"without a certificate at {port}");
            (await IsTakenAsync(port, Read(cluster, foreign, "probe"))).ShouldBeFalse($"with a foreign certificate at {port}");
            (await IsTakenAsync(port, Read(cluster, authority, "own"))).ShouldBeTrue($"with a certificate of the authority at {port}");
        }

        // A process without a silo is let in at the ports for clients in the same way.
        using (var client = await NodeProcess.StartAsync(
            cluster.PathOf("client"), [.. cluster.MemberSettings, "--Cluster:Role", "client", .. Settings(cluster, authority, "client")]))
        {
            var answer = await client.PostAsync("/api/projects/sealed/predict", new { rows = new[] { new { x = 2.5 } } });
            ((double)answer["predictions"]![0]!["value"]!).ShouldBe(2.5);
        }

        string[] listens = [
            "--Silo:Name",
            "outsider",
            "--Silo:Address",
            "127.0.0.1",
            "--Silo:Port",
            $"{ClusterNode.FreePort()}",
            "--Silo:GatewayPort",
            "0",
        ];
        using var outsider = NodeProcess.Begin(
            cluster.PathOf("outsider"), [.. cluster.MemberSettings, .. listens, .. Settings(cluster, foreign, "outsider")]);
        using var stranger = NodeProcess.Begin(
            cluster.PathOf("stranger"), [.. cluster.MemberSettings, "--Cluster:Role", "client", .. Settings(cluster, foreign, "stranger")]);
        await UntilSaidAsync(outsider, "certificate");
        await UntilSaidAsync(stranger, "No node of the cluster can be reached");
        output.WriteLine($"{outsider.Output}\n{stranger.Output}");
        var nodes = (await first.GetAsync("/api/cluster"))["nodes"]!.AsArray();
        nodes.Where(node => (string)node!["state"]! == "active").Select(node => (string)node!["name"]!).Order()
            .ShouldBe(["first", "second"]);
        outsider.Output.ShouldNotContain(" is up, on ");
        stranger.Output.ShouldNotContain(" is up, on ");
        await outsider.KillAsync();
        await stranger.KillAsync();
    }

    [Fact]
    public async Task Member_without_a_certificate_is_refused_where_others_reach_it_or_callers_prove_who_they_are()
    {
        var cluster = await fixture.CreateAsync("open");
        foreach (var (settings, said) in new[]
        {
            (new[]
            {
                "--Silo:Address",
                "127.0.0.1",
                "--Security:Enabled",
                "true",
            }, "The silo listens on 127.0.0.1 (Silo:Address) without TLS"),
            (["--Silo:Address", "192.0.2.1"], "The silo listens on 192.0.2.1 (Silo:Address) without TLS"),
            (["--Cluster:Role", "client", "--Security:Enabled", "true"], "Cluster:Role is client, which asks silos without TLS"),
            (["--Silo:Address", "127.0.0.1", "--Silo:Tls:Certificate", "own.pem"], "Silo:Tls:Authority is missing"),
            ([
                "--Cluster:ConnectionString",
                "Host=db.example;Database=progeny",
            ], "Cluster:ConnectionString names PostgreSQL on db.example with SSL Mode=Prefer"),
        })
        {
            var (exitCode, printed) = await NodeProcess.RunAsync(
                "Progeny.Gateway.dll", cluster.PathOf("data"), [.. cluster.MemberSettings, .. settings]);
            exitCode.ShouldBe(1);
            printed.ShouldStartWith(said);
            printed.Split('\n').Length.ShouldBe(1, printed);
        }
    }

    private static async Task UntilSaidAsync(NodeProcess node, string text)
    {
        using var patience = new CancellationTokenSource(Limit);
        while (!node.Output.Contains(text, StringComparison.OrdinalIgnoreCase))
            await Task.Delay(50, patience.Token);
    }

    private static string[] Settings(TestCluster cluster, TestAuthority authority, string name)
    {
        var (certificate, key) = authority.Issue(cluster.PathOf(name));
        return [
            "--Silo:Tls:Certificate",
            certificate,
            "--Silo:Tls:Key",
            key,
            "--Silo:Tls:Authority",
            authority.WriteTo(cluster.PathOf($"{name}.authority.pem")),
        ];
    }

    private static X509Certificate2 Read(TestCluster cluster, TestAuthority authority, string name)
    {
        var (certificate, key) = authority.Issue(cluster.PathOf(name));
        return X509Certificate2.CreateFromPemFile(certificate, key);
    }

    /// <summary>Whether a silo keeps a connection open that presents a certificate.</summary>
    private static async Task<bool> IsTakenAsync(int port, X509Certificate2? certificate)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(connection.GetStream());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "progeny",
                ApplicationProtocols = [new SslApplicationProtocol("Orleans1")],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                ClientCertificateContext = certificate is null
                    ? null
                    : SslStreamCertificateContext.Create(certificate, null, offline: true),
            });
            // The other side sees the certificate only now, and has nothing to say before the preamble of Orleans.
            return await tls.ReadAsync(new byte[1], patience.Token) > 0;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return false;
        }
    }
}
