using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;
using Progeny.Abstractions.Common;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>The query log and the outcomes in the database of a cluster.</summary>
public sealed class PostgresQueryStore : QueryStore, IDisposable
{
    private const int MaxReaders = 8;

    private readonly ClusterDatabase _database;
    private readonly ReaderThreads _readers = new("query log reader", MaxReaders);
    private readonly LogNames _names = new();
    private readonly PostgresLogSweep _sweep;

    /// <param name="running">The projects whose old records are removed; null: all.</param>
    public PostgresQueryStore(
        ClusterDatabase database, TimeProvider time, RetentionScope? running = null, ILogger<PostgresQueryStore>? logger = null)
    {
        _database = database;
        Feedback = new PostgresFeedbackWriter(database);
        Appender = new SegmentAppender(this, _names);
        _sweep = new PostgresLogSweep(
            this, new ClusterRetentionClock(ClusterRetentionClock.QueryLog, time, logger), running ?? RetentionScope.All);
    }

    internal override IFeedbackWriter Feedback { get; }

    internal override DateTimeOffset? Age => _sweep.Age;

    public void Dispose() => _readers.Dispose();

    /// <summary>Appends to the log, on the calling thread.</summary>
    internal SegmentAppender Appender { get; }

    /// <inheritdoc/>
    internal override Task<T> ReadAsync<T>(Func<ILogSnapshot, T> work, CancellationToken cancellationToken) => _readers.RunAsync(
        () => Run(connection =>
        {
            using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
            return work(new PostgresSnapshot(connection, _names));
        }),
        cancellationToken);

    /// <summary>Runs statements on the calling thread, each in a transaction of its own unless they open one.</summary>
    /// <exception cref="StorageUnavailableException">The database does not answer.</exception>
    internal T Run<T>(Func<NpgsqlConnection, T> work)
    {
        _database.ThrowIfAway();
        try
        {
            using var connection = _database.Source.OpenConnection();
            return work(connection);
        }
        catch (Exception exception) when (PostgresFaults.IsTransient(exception))
        {
            throw PostgresFaults.Unavailable(exception);
        }
    }

    /// <summary>Removes a part of what is older than it is kept, and makes the partitions that are needed next.</summary>
    /// <returns>Whether there may be more to remove.</returns>
    internal bool Sweep() => _sweep.Step();

    /// <summary>The snapshot of a transaction that is open.</summary>
    internal ILogSnapshot Snapshot(NpgsqlConnection connection) => new PostgresSnapshot(connection, _names);
}
