using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Progeny.Core.Common;

namespace Progeny.Storage.Common.Postgres;

/// <summary>Checks every two seconds whether the cluster's database answers, and says in the log when that changes.</summary>
internal sealed partial class ClusterDatabaseHealth(
    ClusterDatabase database, IOptions<ClusterOptions> options, TimeProvider time, ILogger<ClusterDatabaseHealth> logger)
    : BackgroundService, IDatabaseHealth
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(ClusterConnection.OfHealth(options.Value));
    private volatile Failure? _failure;
    private long _latencyTicks;

    public string? Problem => _failure?.Reason;

    public TimeSpan Unreachable => _failure is { } failure ? time.GetElapsedTime(failure.Since) : TimeSpan.Zero;

    public TimeSpan? Latency => TimeSpan.FromTicks(Interlocked.Read(ref _latencyTicks));

    public override void Dispose()
    {
        base.Dispose();
        _source.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await CheckAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task CheckAsync(CancellationToken stoppingToken)
    {
        var started = time.GetTimestamp();
        try
        {
            await AskAsync(stoppingToken).WaitAsync(Limit, time, stoppingToken);
            Interlocked.Exchange(ref _latencyTicks, time.GetElapsedTime(started).Ticks);
            if (_failure is { } before)
            {
                DropConnections();
                LogAnswers(logger, time.GetElapsedTime(before.Since));
            }

            _failure = null;
            database.Problem = null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
        {
            var reason = exception is TimeoutException ? $"it took more than {Limit.TotalSeconds:0} s to answer" : exception.Message;
            if (_failure is null)
                LogFailed(logger, reason);
            _failure = new Failure(reason, _failure?.Since ?? started);
            database.Problem = reason;
        }
    }

    /// <summary>Those of a database that has restarted are dead, and each would fail the next call that takes it from its pool.</summary>
    private void DropConnections()
    {
        database.Source.Clear();
        NpgsqlConnection.ClearAllPools(); // Orleans' are by connection string
    }

    private async Task AskAsync(CancellationToken stoppingToken)
    {
        await using var connection = await _source.OpenConnectionAsync(stoppingToken);
        await connection.ExecuteScalarAsync<int>(new CommandDefinition("SELECT 1", cancellationToken: stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster's database cannot be reached: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The cluster's database answers again, after {Time}")]
    private static partial void LogAnswers(ILogger logger, TimeSpan time);

    private sealed record Failure(string Reason, long Since);
}
