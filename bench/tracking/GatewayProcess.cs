using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Progeny.Tracking.Bench;

/// <summary>A node in a process of its own, with a data folder that is removed with it.</summary>
internal sealed class GatewayProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private GatewayProcess(Process process, string folder, Uri address) => (_process, _folder, Address) = (process, folder, address);

    public Uri Address { get; }

    /// <summary>The processor time that the node has taken.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<GatewayProcess> StartAsync(string program)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var folder = Directory.CreateTempSubdirectory("progeny-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{port}");
        var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                program, "--urls", address.ToString().TrimEnd('/'), "--Data", folder, "--Logging:LogLevel:Default", "Warning",
                "--Jobs:AllowUnsandboxed", "true",
            },
        })!;
        using var http = new HttpClient { BaseAddress = address };
        for (var i = 0; ; i++)
        {
            try
            {
                _ = await http.GetStringAsync(new Uri("/version", UriKind.Relative));
                return new GatewayProcess(process, folder, address);
            }
            catch (HttpRequestException) when (i < 600 && !process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
