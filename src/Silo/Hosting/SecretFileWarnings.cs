namespace Progeny.Silo.Hosting;

/// <summary>Writes to the log, once the node starts, which files of secrets others may read.</summary>
internal sealed partial class SecretFileWarnings(IReadOnlyList<string> warnings, ILogger<SecretFileWarnings> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var warning in warnings)
            LogReadable(warning);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogReadable(string warning);
}
