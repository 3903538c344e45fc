using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Progeny.Gateway.Tests.Durability;
using Progeny.Gateway.Tests.Hosting;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What a node takes of connections and headers.</summary>
public sealed class ConnectionLimitTests : DataFixture
{
    private const string Request = "GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

    [Theory]
    [InlineData("--Http:MaxConnections")]
    [InlineData("--Http:MaxConnectionsPerAddress")]
    public async Task Connection_above_the_limit_is_closed_and_one_is_free_when_another_ends(string setting)
    {
        using var log = new CapturedLog(LogLevel.Warning);
        await using var node = await Node.StartWholeAsync(Data, [setting, "2"], services => services.AddSingleton<ILoggerProvider>(log));
        var address = new IPEndPoint(IPAddress.Loopback, node.Http.BaseAddress!.Port);
        using var first = await AskAsync(address);
        using var second = await AskAsync(address);
        first.ShouldNotBeNull();
        second.ShouldNotBeNull();
        for (var i = 0; i < 3; i++)
            (await AskAsync(address)).ShouldBeNull();
        log.Entries.Count(entry => entry.Message.Contains(setting[2..], StringComparison.Ordinal)).ShouldBe(1);

        first!.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Socket? third = null;
        while ((third ??= await AskAsync(address)) is null)
            await Task.Delay(20, patience.Token);
        third!.Dispose();
    }

    [Fact]
    public async Task Headers_that_do_not_come_are_not_waited_for()
    {
        await using var node = await Node.StartWholeAsync(Data, ["--Http:HeaderTimeout", "00:00:01"]);
        using var socket = await ConnectAsync(new IPEndPoint(IPAddress.Loopback, node.Http.BaseAddress!.Port));
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /v2/health/live HTTP/1.1\r\nHost: local"));
        var since = Stopwatch.GetTimestamp();

        var answer = await ReadAsync(socket);

        answer.ShouldStartWith("HTTP/1.1 408");
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(8));
    }

    [Theory]
    [InlineData("--Http:MaxHeaderBytes 2048", "GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\nA: {0}\r\n\r\n", 431)]
    [InlineData("--Http:MaxRequestLineBytes 2048", "GET /v2/health/live?{0} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414)]
    public async Task Request_line_and_headers_have_a_limit(string setting, string request, int status)
    {
        await using var node = await Node.StartWholeAsync(Data, setting.Split(' '));
        foreach (var (length, expected) in new[] { (1_000, 200), (3_000, status) })
        {
            using var socket = await ConnectAsync(new IPEndPoint(IPAddress.Loopback, node.Http.BaseAddress!.Port));
            await socket.SendAsync(
                Encoding.ASCII.GetBytes(
                    string.Format(System.Globalization.CultureInfo.InvariantCulture, request, new string('x', length))));
            (await ReadAsync(socket)).ShouldStartWith($"HTTP/1.1 {expected}");
        }
    }

    [Theory]
    [InlineData("--Http:MaxConnections 0", "Http:MaxConnections is 0; it must be 1 to 1000000.")]
    [InlineData("--Http:HeaderTimeout 00:00:00", "Http:HeaderTimeout is 00:00:00; it must be 00:00:01 to 01:00:00.")]
    public void Limit_out_of_its_bounds_is_refused(string setting, string said) =>
        Should.Throw<Grains.Common.SettingException>(() => GatewayApp.Build(["--Data", Data, .. setting.Split(' ')])).Message.ShouldBe(
            said);

    /// <returns>The connection after its first answer; null: it was closed without one.</returns>
    private static async Task<Socket?> AskAsync(IPEndPoint address)
    {
        Socket? socket = null;
        try
        {
            socket = await ConnectAsync(address);
            await socket.SendAsync(Encoding.ASCII.GetBytes(Request));
            if ((await ReadAsync(socket)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                return socket;
        }
        catch (SocketException)
        {
            // Reset, sometimes before the connection is known to be there.
        }

        socket?.Dispose();
        return null;
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address);
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, patience.Token));
    }
}
