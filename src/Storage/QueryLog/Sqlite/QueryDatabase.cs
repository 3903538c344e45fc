using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Outcomes;
using Progeny.Storage.QueryLog.Sqlite.Ids;
using Progeny.Storage.QueryLog.Sqlite.Journal;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>The file of the query log and the outcomes: one writer, and readers beside it that never hold it up.</summary>
public sealed partial class QueryDatabase : QueryStore, IDisposable
{
    /// <summary>
    /// The segments behind a place (?3) and before one (?4) with answers about an entity (?2) between two times (?5, ?6).
    /// </summary>
    public const string SegmentsOfEntity =
        """
        SELECT s.first, s.from_at, s.until_at FROM keyed_entities AS e CROSS JOIN segments AS s ON s.first = e.first
        WHERE e.project = ?1 AND e.hash = ?2 AND e.first + s.count > ?3 AND e.first < ?4 AND s.until_at >= ?5 AND s.from_at <= ?6
        """;

    private const int CacheKibibytes = 32 * 1024;

    // Pages in the write-ahead log before they move to the main file: 16 MiB.
    private const int CheckpointPages = 4_096;

    // How long a read waits for what is in the journal, while the database cannot be written.
    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromSeconds(1);

    private readonly ILogger<QueryDatabase>? logger;
    private readonly string readerString;
    private readonly SqliteConnection connection;
    private readonly SqliteWriter writer;
    private readonly SegmentWriter segments;
    private readonly IdIndexWriter ids;
    private readonly SqliteStatement markApplied;
    private readonly QueryJournal journal;
    private readonly Lock catchUpGate = new();
    private Task? catchUp;
    private readonly OutcomeWriter outcomes;
    private readonly KeyedWriter keyed;
    private readonly OutcomeSweep outcomeSweep = new(
        (connection, offsets) => connection.Execute("DELETE FROM outcomes WHERE id IN @offsets", new { offsets }));
    private long age = long.MinValue;
    private bool stale;

    /// <summary>
    /// Opens the file, creating its schema where needed, and brings into it what an earlier process left in the journal beside it.
    /// </summary>
    /// <exception cref="SchemaVersionException">The file was written by another version.</exception>
    /// <exception cref="DataFolderException">The file cannot be opened.</exception>
    public QueryDatabase(string path, ILogger<QueryDatabase>? logger = null)
    {
        this.logger = logger;
        readerString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly }.ToString();
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            connection.Execute(
                $"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA cache_size = -{CacheKibibytes};
                PRAGMA wal_autocheckpoint = {CheckpointPages};
                """);
            SqliteSchema.Create(connection, QuerySchema.Script, QuerySchema.Version);
            ids = new IdIndexWriter(connection);
            segments = new SegmentWriter(connection, ids);
            outcomes = new OutcomeWriter(connection);
            keyed = new KeyedWriter(connection);
            Feedback = new SqliteFeedbackWriter(this, outcomes, keyed);
            markApplied = new SqliteStatement(connection, "UPDATE journal SET applied = ?1");
            journal = new QueryJournal(
                Path.ChangeExtension(path, ".journal"), connection.ExecuteScalar<long>("SELECT applied FROM journal"));
            writer = new SqliteWriter(connection, "query log");
            if (journal.Applied < journal.Last)
                Append([]);
            journal.RemoveRecovered();
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new DataFolderException(
                $"The database '{path}' cannot be opened: {exception.Message} Put back a backup of the data folder.", exception);
        }
        catch (Exception exception)
            when (exception is IOException and not (DataFolderException or SchemaVersionException) or UnauthorizedAccessException)
        {
            connection.Dispose();
            throw new DataFolderException($"The journal of the database '{path}' cannot be read: {exception.Message}", exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal override IFeedbackWriter Feedback { get; }

    internal override DateTimeOffset? Age =>
        Volatile.Read(ref age) is var known and not long.MinValue ? QueryCodes.DecodeTime(known) : null;

    /// <summary>Waits for what was handed in to be on disk, then closes the file.</summary>
    public void Dispose()
    {
        writer.Dispose();
        journal.Dispose();
        markApplied.Dispose();
        segments.Dispose();
        ids.Dispose();
        outcomes.Dispose();
        keyed.Dispose();
        using (var readers = new SqliteConnection(readerString))
            SqliteConnection.ClearPool(readers);
        connection.Dispose();
    }

    /// <summary>Writes batches to the journal; they are on disk when the call returns. For one caller at a time.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    internal void Journal(IReadOnlyList<QueryBatch> batches) => journal.Append(batches);

    /// <summary>
    /// Appends what is in the journal, then batches, in a transaction on the calling thread; it is on disk when the call returns.
    /// </summary>
    internal void Append(IReadOnlyList<QueryBatch> batches)
    {
        var through = 0L;
        try
        {
            Write(
                () =>
                {
                    (var pending, through) = journal.ReadPending();
                    segments.Append(pending);
                    segments.Append(batches);
                    if (through == journal.Applied)
                        return;
                    markApplied.Bind(1, through);
                    markApplied.Execute();
                },
                () => journal.MarkApplied(through));
        }
        catch (InvalidDataException exception) when (journal.DropDamaged() is var lost and > 0)
        {
            // Without them the others can be appended.
            if (logger is not null)
                LogDamaged(logger, exception, lost);
            Append(batches);
        }
    }

    /// <summary>Runs work in a transaction on the calling thread; it is on disk when the call returns.</summary>
    internal void Write(Action<SegmentWriter> work) => Write(() => work(segments));

    /// <summary>Removes a part of the records that are older than they are kept, and of the outcomes of records that are gone.</summary>
    /// <param name="clock">Tells what is old.</param>
    /// <param name="projects">Of the others nothing is removed.</param>
    /// <returns>Whether there may be more.</returns>
    internal bool Sweep(RetentionClock clock, RetentionScope projects)
    {
        var (more, now) = (false, default(DateTimeOffset));
        Write(() =>
        {
            now = clock.Read(connection);
            Volatile.Write(ref age, QueryCodes.Encode(now));
            more = new RetentionSweep(connection, ids.Runs).Step(now, projects);
        });
        if (!more)
            Write(() => more = outcomeSweep.Step(new SqliteSnapshot(connection, ids.Recent), now, projects));
        return more;
    }

    /// <summary>Runs work on the writer's thread; the result comes when its transaction is on disk.</summary>
    internal async Task<T> WriteAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        return await writer.RunAsync(work, cancellationToken);
    }

    /// <summary>Runs statements of the caller's own on the writer's thread; the result comes when their transaction is on disk.</summary>
    internal Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) =>
        WriteAsync(() => work(connection), cancellationToken);

    /// <summary>Whether there are files of the journal, which hold records until they are used again.</summary>
    internal bool HasJournal =>
        Path.ChangeExtension(connection.DataSource, ".journal") is var folder && Directory.Exists(folder)
            && Directory.EnumerateFiles(folder).Any();

    /// <summary>Moves what the write-ahead log holds into the file, and empties it.</summary>
    /// <returns>Whether it is empty.</returns>
    internal Task<bool> CheckpointAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var own = new SqliteConnection(
                new SqliteConnectionStringBuilder(
                    connection.ConnectionString) { Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            own.Open();
            return own.QuerySingle<(long Busy, long Log, long Moved)>("PRAGMA wal_checkpoint(TRUNCATE)").Busy == 0;
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <remarks>What was journaled before is there, unless the database cannot be written.</remarks>
    internal override async Task<T> ReadAsync<T>(Func<ILogSnapshot, T> work, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        return await Task.Run(
            () =>
            {
                // What the index of the snapshot may not hold yet is taken before it.
                var recent = ids.Recent;
                using var reader = new SqliteConnection(readerString);
                reader.Open();
                using var snapshot = reader.BeginTransaction(deferred: true);
                return work(new SqliteSnapshot(reader, recent));
            },
            cancellationToken);
    }

    /// <summary>Completes when the database holds what is in the journal now, or cannot be written.</summary>
    private async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        for (var wanted = journal.Last; journal.Applied < wanted;)
        {
            try
            {
                await Shared().WaitAsync(CatchUpLimit, cancellationToken);
            }
            catch (Exception exception) when (exception is SqliteException or TimeoutException or ObjectDisposedException)
            {
                // Whoever appends meets the same failure, and reports it.
                return;
            }
        }

        Task Shared()
        {
            lock (catchUpGate)
                return catchUp is { IsCompleted: false } ? catchUp : catchUp = Task.Run(() => Append([]), CancellationToken.None);
        }
    }

    private void Write(Action work) => Write(work, static () => { });

    /// <summary>What a failed transaction left in memory is not in the file: the next one reads it anew.</summary>
    private void Write(Action work, Action committed) => writer.Run(
        () =>
        {
            if (stale)
            {
                segments.Reload();
                ids.Reload();
            }

            stale = true;
            work();
        },
        () =>
        {
            stale = false;
            ids.Publish();
            committed();
        });

    [LoggerMessage(Level = LogLevel.Error, Message = "{Records} records of the journal of the query log are damaged, and lost")]
    private static partial void LogDamaged(ILogger logger, Exception exception, int records);
}
