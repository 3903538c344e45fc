using Microsoft.Extensions.Logging;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>
/// A feed whose failures are logged, with what the driver said: who only asks a project is not told that, since it names addresses and the
/// like. Of failures that repeat one a second is logged.
/// </summary>
internal sealed partial class LoggedFeed(IFeed feed, ILogger logger) : IFeed, IAsyncDisposable, IDisposable
{
    private const int MillisecondsBetween = 1_000;

    private long next = long.MinValue;

    /// <inheritdoc/>
    public string Name => feed.Name;

    /// <inheritdoc/>
    public async Task<IFeedReader> ReadAsync(
        string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken)
    {
        try
        {
            return new Reader(await feed.ReadAsync(sql, parameters, cancellationToken), this);
        }
        catch (FeedException exception)
        {
            Log(exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<object?[]?>> LookupAsync(
        string sql,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
        CancellationToken cancellationToken)
    {
        try
        {
            return await feed.LookupAsync(sql, columns, parameters, cancellationToken);
        }
        catch (FeedException exception)
        {
            Log(exception);
            throw;
        }
    }

    public ValueTask DisposeAsync() => feed is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;

    public void Dispose() => (feed as IDisposable)?.Dispose();

    private void Log(FeedException exception)
    {
        var (now, due) = (Environment.TickCount64, Volatile.Read(ref next));
        if (now >= due && Interlocked.CompareExchange(ref next, now + MillisecondsBetween, due) == due)
            LogFailed(logger, exception, Name);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Feed '{Feed}' could not answer")]
    private static partial void LogFailed(ILogger logger, Exception exception, string feed);

    private sealed class Reader(IFeedReader rows, LoggedFeed owner) : IFeedReader
    {
        public IReadOnlyList<string> Columns => rows.Columns;

        public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await rows.ReadAsync(cancellationToken);
            }
            catch (FeedException exception)
            {
                owner.Log(exception);
                throw;
            }
        }

        public object? GetValue(int column) => rows.GetValue(column);

        public string? InstantOf(int column, string expression) => rows.InstantOf(column, expression);

        public string? TimeOf(int column, string expression) => rows.TimeOf(column, expression);

        public string? HasText(int column, string expression, string parameter) => rows.HasText(column, expression, parameter);

        public ValueTask DisposeAsync() => rows.DisposeAsync();
    }
}
