using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Progeny.Storage.Tests.Feeds;

/// <summary>A private PostgreSQL on a loopback port, which lives as long as the tests of one class.</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("progeny-postgres-");
    private bool started;

    /// <summary>Where the newest installed PostgreSQL has its programs, or null.</summary>
    public static string? Programs { get; } = Find();

    public string ConnectionString { get; private set; } = "";

    private string Data => Path.Combine(folder.FullName, "data");

    public async Task InitializeAsync()
    {
        if (Programs is null)
            return;
        // PostgreSQL refuses to run as root; its package brings a user for it.
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres", folder.FullName);
        await RunAsUserAsync("initdb", "-D", Data, "-U", "progeny", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C");
        var port = FreePort();
        await RunAsUserAsync(
            "pg_ctl", "-D", Data, "-w", "-t", "60", "-l", Path.Combine(folder.FullName, "log"),
            "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off", "start");
        started = true;
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=progeny;Database=postgres";
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(
            """
            CREATE TABLE airports (code text PRIMARY KEY, state varchar(2), latitude numeric(9, 4), gates int, open bool, since date, seen timestamptz);
            INSERT INTO airports VALUES
                ('SFO', 'CA', 37.6188, 115, true, '1927-05-07', '2026-11-22 12:00:00.5+02'),
                ('JFK', 'NY', 40.6397, 128, false, '1948-07-01', NULL),
                ('XXX', NULL, NULL, NULL, NULL, NULL, NULL);
            """);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        if (started)
            await RunAsUserAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        folder.Delete(recursive: true);
    }

    private static string? Find()
    {
        const string root = "/usr/lib/postgresql";
        return !OperatingSystem.IsLinux() || !Directory.Exists(root)
            ? null
            : Directory.GetDirectories(root).Select(path => Path.Combine(path, "bin")).Where(path => File.Exists(Path.Combine(path, "initdb"))).Order().LastOrDefault();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task RunAsUserAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        return Environment.UserName == "root" ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => output.AppendLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await process.WaitForExitAsync(timeout.Token);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
    }
}
