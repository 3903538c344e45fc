using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Progeny.Gateway.Tests.Security;

/// <summary>The audit log is sent to syslog and to a collector.</summary>
public sealed partial class AuditReceiverTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Syslog_by_udp_gets_each_entry_as_a_message()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var node = await Node.StartAsync(
            Path.Combine(folder, "data"), "--Audit:Syslog:Address", $"udp://{server.Client.LocalEndPoint}", "--Silo:Name", "node one");
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/api/projects") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        (await node.Http.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        var messages = new List<string>();
        while (messages.Count < 2)
            messages.Add(Encoding.UTF8.GetString((await server.ReceiveAsync().WaitAsync(Patience)).Buffer));

        Message().IsMatch(messages[0]).ShouldBeTrue(messages[0]);
        messages[0].ShouldStartWith("<110>1 ");
        messages[0].ShouldContain(" node_one progeny ");
        messages[1].ShouldStartWith("<108>1 ");
        ((string)JsonNode.Parse(messages[1][messages[1].IndexOf('{', StringComparison.Ordinal)..])!["request"]!).ShouldBe(
            "GET /api/projects");
    }

    [Fact]
    public async Task Receiver_that_was_away_gets_what_it_missed_and_nothing_twice_after_a_restart()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var address = $"tcp://{server.LocalEndpoint}";
        List<long> received = [];
        for (var start = 0; start < 2; start++)
        {
            await using var node = await Node.StartAsync(Path.Combine(folder, "data"), "--Audit:Syslog:Address", address);
            var wanted = (await node.GetAsync("/api/audit?limit=1"))[0]!["sequence"]!.GetValue<long>();
            while (received.Count == 0 || received[^1] < wanted)
            {
                using var client = await server.AcceptTcpClientAsync().WaitAsync(Patience);
                using var reader = new StreamReader(client.GetStream());
                foreach (Match message in Counted().Matches(await reader.ReadToEndAsync().WaitAsync(Patience)))
                    received.Add(long.Parse(message.Groups["sequence"].Value, System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        received.ShouldBe(Enumerable.Range(1, received.Count).Select(number => (long)number));
        received.Count.ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Collector_gets_entries_again_until_it_takes_them()
    {
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var bodies = new ConcurrentQueue<JsonNode>();
        var answering = Task.Run(async () =>
        {
            for (var i = 0; i < 2; i++)
            {
                var context = await listener.GetContextAsync();
                using var body = new StreamReader(context.Request.InputStream);
                bodies.Enqueue(JsonNode.Parse(await body.ReadToEndAsync())!);
                context.Request.Url!.AbsolutePath.ShouldBe("/v1/logs");
                context.Response.StatusCode = i == 0 ? 503 : 200;
                context.Response.Close();
            }
        });
        await using var node = await Node.StartAsync(Path.Combine(folder, "data"), "--Audit:Otlp:Endpoint", $"http://127.0.0.1:{port}");

        await answering.WaitAsync(Patience);

        var bodiesOf = bodies.Select(body => body["resourceLogs"]![0]!["scopeLogs"]![0]!["logRecords"]![0]!).ToList();
        ((string)bodiesOf[0]["body"]!["stringValue"]!).ShouldBe((string)bodiesOf[1]["body"]!["stringValue"]!);
        ((string)bodiesOf[1]["attributes"]![0]!["value"]!["stringValue"]!).ShouldBe("progeny.audit.node.start");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"^<\d+>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ progeny \d+ audit - \{.*\}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Message();

    [GeneratedRegex(@"\d+ <\d+>1 \S+ \S+ progeny \d+ audit - \{""sequence"":(?<sequence>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counted();
}
