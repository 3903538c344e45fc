using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Progeny.Storage.Tests.QueryLog.Tap;

/// <summary>
/// A private RabbitMQ on loopback ports, with its data in a folder of its own. It takes seconds to start: one for all tests.
/// </summary>
public sealed class RabbitMqBroker : IAsyncLifetime
{
    /// <summary>
    /// A queue with all that comes to the exchange <see cref="LastingExchange"/>, which the broker has from its configuration.
    /// </summary>
    public const string LastingQueue = "lasting";

    public const string LastingExchange = "other";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("progeny-rabbitmq-");
    private readonly int namesPort = FreePort();
    private readonly int port = FreePort();
    private readonly StringBuilder said = new();
    private Process? names;
    private Process? broker;

    /// <summary>The server's script, or null. The one on the path would change to a user of its own.</summary>
    public static string? Program { get; } = File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
        ? "/usr/lib/rabbitmq/bin/rabbitmq-server"
        : null;

    public string Uri => string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{port}/");

    public async Task InitializeAsync()
    {
        if (Program is null)
            return;
        await File.WriteAllTextAsync(
            In("rabbitmq.conf"), $"listeners.tcp.1 = 127.0.0.1:{port}\nload_definitions = {In("definitions.json")}\n");
        await File.WriteAllTextAsync(In("definitions.json"), Definitions);
        await File.WriteAllTextAsync(In("advanced.config"), "[{kernel,[{inet_dist_use_interface,{127,0,0,1}}]}].\n");
        await File.WriteAllTextAsync(In("plugins"), "[].\n");
        await File.WriteAllTextAsync(In("environment.conf"), "");
        // Erlang's register of names would otherwise be started for the whole machine, and stay.
        names = Start("epmd", []);
        await StartAsync();
    }

    public Task DisposeAsync()
    {
        Kill();
        if (names is not null)
            Stop(names);
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Starts the broker and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        broker = Start(Program!, []);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            try
            {
                await using var connection = await ConnectAsync();
                return;
            }
            catch (BrokerUnreachableException exception)
            {
                if (broker.HasExited || patience.IsCancellationRequested)
                    throw new InvalidOperationException($"RabbitMQ did not start: {DecisionText()}", exception);
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    /// <summary>Ends the broker as a power cut would.</summary>
    public void Kill()
    {
        if (broker is not null)
            Stop(broker);
        broker = null;
    }

    public Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = new Uri(Uri) }.CreateConnectionAsync();

    private static void Stop(Process process)
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit(TimeSpan.FromSeconds(30)).ShouldBeTrue();
        process.Dispose();
    }

    // A broker that is killed may forget a binding that was made moments before, and then confirms and drops what it would have routed.
    // One of its configuration is there before it listens.
    private static string Definitions
    {
        get
        {
            byte[] salt = [1, 2, 3, 4];
            var hash = Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. "guest"u8])]);
            return $$"""
                {
                  "vhosts": [{ "name": "/" }],
                  "users": [{ "name": "guest", "password_hash": "{{hash}}", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "administrator" }],
                  "permissions": [{ "user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*" }],
                  "exchanges": [{ "name": "{{LastingExchange}}", "vhost": "/", "type": "topic", "durable": true, "auto_delete": false, "internal": false, "arguments": {} }],
                  "queues": [{ "name": "{{LastingQueue}}", "vhost": "/", "durable": true, "auto_delete": false, "arguments": {} }],
                  "bindings": [{
                    "source": "{{LastingExchange}}", "vhost": "/", "destination": "{{LastingQueue}}", "destination_type": "queue", "routing_key": "#", "arguments": {}
                  }]
                }
                """;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string In(string name) => Path.Combine(folder.FullName, name);

    private string DecisionText()
    {
        lock (said)
            return said.ToString();
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var process = new Process();
        process.StartInfo = new ProcessStartInfo(
            program,
            arguments)
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                WorkingDirectory = folder.FullName,
            };
        foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = folder.FullName, // of Erlang's cookie
            ["ERL_EPMD_PORT"] = namesPort.ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"progeny-{Environment.ProcessId}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_DIST_PORT"] = FreePort().ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_BASE"] = folder.FullName,
            ["RABBITMQ_MNESIA_BASE"] = In("data"),
            ["RABBITMQ_LOG_BASE"] = In("logs"),
            ["RABBITMQ_PID_FILE"] = In("pid"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("plugins"),
            ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = In("advanced.config"),
            ["RABBITMQ_CONF_ENV_FILE"] = In("environment.conf"),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-start_epmd false +sbwt none",
        })
            process.StartInfo.Environment[name] = value;
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Hear(object sender, DataReceivedEventArgs line)
        {
            lock (said)
                said.AppendLine(line.Data);
        }
    }
}
