using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Progeny.Grains.Hosting;

/// <summary>A node as a program: runs until it is told to stop, or says in one sentence why it cannot start.</summary>
public static partial class NodeProgram
{
    /// <summary>Builds a node, starts it and stops it on SIGTERM or Ctrl-C.</summary>
    /// <returns>The exit code: 0, or 1 where it could not start; the reason is then on standard error.</returns>
    public static async Task<int> RunAsync(Func<IHost> build)
    {
        IHost? host = null;
        var made = false;
        try
        {
            host = build();
            // Some take hold of what they need when they are made. A host that could not make them all cannot be stopped either.
            _ = host.Services.GetServices<IHostedService>();
            made = true;
            await host.StartAsync();
        }
        catch (Exception exception) when (StartupFault.Describe(exception) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            if (made)
                await StopAsync(host!);
            if (host is not null)
                await CloseAsync(host);
            return 1;
        }

        var version = typeof(NodeProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        host.Services.GetRequiredService<StartupLog>().Started();
        LogStarted(host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Progeny"), version, Engines.Orleans, Engines.OnnxRuntime);
        try
        {
            await host.WaitForShutdownAsync();
        }
        finally
        {
            await CloseAsync(host);
        }

        return 0;
    }

    private static Task StopAsync(IHost host)
    {
        host.Services.GetRequiredService<StartupLog>().Failed();
        return host.StopAsync();
    }

    private static async Task CloseAsync(IHost host)
    {
        // A host's services may be disposable in the asynchronous way only.
        if (host is IAsyncDisposable closing)
            await closing.DisposeAsync();
        else
            host.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Progeny {Version} is up, on {Orleans} and {OnnxRuntime}")]
    private static partial void LogStarted(ILogger logger, string version, string orleans, string onnxRuntime);
}
