using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Progeny.Tests.Shared;

/// <summary>A private PostgreSQL server on a loopback port, with its data in a folder that goes with it.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("progeny-postgres-");
    private bool started;

    private PostgresServer()
    {
    }

    /// <summary>Where the newest installed PostgreSQL has its programs, or null.</summary>
    public static string? Programs { get; } = Find();

    public int Port { get; } = FreePort();

    /// <summary>The connection string of its superuser and the database <c>postgres</c>.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=progeny;Database=postgres";

    private string Data => Path.Combine(folder.FullName, "data");

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="settings">Further settings, such as <c>max_connections=20</c>.</param>
    public static async Task<PostgresServer> StartNewAsync(params string[] settings)
    {
        var server = new PostgresServer();
        try
        {
            // PostgreSQL refuses to run as root; its package brings a user for it.
            if (Environment.UserName == "root")
                await RunAsync("chown", "postgres", server.folder.FullName);
            await RunAsUserAsync(
                "initdb", "-D", server.Data, "-U", "progeny", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C");
            await server.StartAsync(settings);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on its port, with what it held before.</summary>
    public async Task StartAsync(params string[] settings)
    {
        string[] all = [$"port={Port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off", .. settings];
        await RunAsUserAsync(
            "pg_ctl",
            "-D",
            Data,
            "-w",
            "-t",
            "60",
            "-l",
            Path.Combine(folder.FullName, "log"),
            "-o",
            string.Join(' ', all.Select(setting => $"-c {setting}")),
            "start");
        started = true;
    }

    /// <summary>Ends it at once, as a crash does.</summary>
    public async Task StopAsync()
    {
        started = false;
        await RunAsUserAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
    }

    public async ValueTask DisposeAsync()
    {
        if (started)
            await StopAsync();
        folder.Delete(recursive: true);
    }

    private static string? Find()
    {
        const string root = "/usr/lib/postgresql";
        return !OperatingSystem.IsLinux() || !Directory.Exists(root)
            ? null
            : Directory.GetDirectories(root).Select(path => Path.Combine(path, "bin"))
                .Where(path => File.Exists(Path.Combine(path, "initdb"))).Order().LastOrDefault();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task RunAsUserAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(
            Programs ?? throw new InvalidOperationException("PostgreSQL is missing (Debian: apt-get install postgresql)."), program);
        return Environment.UserName == "root"
            ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(
            program,
            arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await process.WaitForExitAsync(timeout.Token);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");

        // Both streams are read at once.
        void Add(string? line)
        {
            lock (output)
                output.AppendLine(line);
        }
    }
}
