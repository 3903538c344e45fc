using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Progeny.Gateway.Tests.Hosting;

/// <summary>What a node has logged from a level on.</summary>
internal sealed class CapturedLog(LogLevel level) : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, string Message, Exception? Exception)> entries = new();

    public IReadOnlyList<(string Category, string Message, Exception? Exception)> Entries => [.. entries];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= log.Level;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                log.entries.Enqueue((category, formatter(state, exception), exception));
        }
    }

    private LogLevel Level => level;
}
