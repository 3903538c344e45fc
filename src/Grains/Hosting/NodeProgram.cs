using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.Security;
using Progeny.Grains.Common;

namespace Progeny.Grains.Hosting;

/// <summary>A node as a program: runs until it is told to stop, or says in one sentence why it cannot start.</summary>
public static partial class NodeProgram
{
    /// <summary>Builds a node, starts it and stops it on SIGTERM or Ctrl-C.</summary>
    /// <returns>The exit code: 0, or 1 where it could not start or go on; the reason is then on standard error, or in the log.</returns>
    public static async Task<int> RunAsync(Func<IHost> build)
    {
        IHost? host = null;
        ProcessProtection.CloseFiles();
        try
        {
            host = build();
            ProcessProtection.CloseProcess();
            await host.StartAsync();
        }
        catch (Exception exception) when (StartupFault.Describe(exception) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            if (host is not null)
                await GiveUpAsync(host);
            return 1;
        }
        catch (Exception exception)
            when (exception is not OutOfMemoryException && host?.Services.GetService<NodeFault>() is { IsSet: true })
        {
            // The others declared it dead while it started, which is in the log.
            await GiveUpAsync(host);
            return 1;
        }

        host.Services.GetRequiredService<StartupLog>().Started();
        LogStarted(
            host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Progeny"),
            LibraryVersions.Progeny,
            LibraryVersions.Orleans,
            LibraryVersions.OnnxRuntime);
        var fault = host.Services.GetService<NodeFault>();
        try
        {
            await host.WaitForShutdownAsync();
        }
        finally
        {
            await CloseAsync(host);
        }

        return fault is { IsSet: true } ? 1 : 0;
    }

    /// <summary>Stops what has started of a host that could not start as a whole.</summary>
    private static async Task GiveUpAsync(IHost host)
    {
        host.Services.GetRequiredService<StartupLog>().Failed();
        try
        {
            await host.StopAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Services that have not started may refuse to be stopped; why they have not is said already.
        }

        await CloseAsync(host);
    }

    private static async Task CloseAsync(IHost host)
    {
        // A host's services may be disposable in the asynchronous way only.
        if (host is IAsyncDisposable closing)
            await closing.DisposeAsync();
        else
            host.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Progeny {Version} is up, on Orleans {Orleans} and ONNX Runtime {OnnxRuntime}")]
    private static partial void LogStarted(ILogger logger, string version, string orleans, string onnxRuntime);
}
