using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Common;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>Appends batches to the log, on the calling thread. Thread-safe.</summary>
/// <remarks>
/// A connection may be lost after the statement was sent, and then nobody knows whether it was done. Batches of such a call that come
/// again, the same objects, are sent under the number that they had, which the database takes once.
/// </remarks>
internal sealed class SegmentAppender(PostgresQueryStore store, LogNames names)
{
    // What one statement brings at most: others wait for the end of the log while it is done.
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int MaxRecords = 65_536;

    // A connection of the pool that broke while nobody used it fails at once; the next one is new.
    private static readonly TimeSpan RetryWithin = TimeSpan.FromSeconds(1);

    private readonly ConcurrentBag<AppendLane> _lanes = [];
    private readonly ConditionalWeakTable<QueryBatch, AppendPart> _unfinished = [];
    private volatile bool _hasDays;

    /// <summary>Appends batches; every reader finds them when the call returns.</summary>
    /// <param name="isDurable">Whether they are on disk then, too; others are so a moment later.</param>
    /// <exception cref="InvalidDataException">A batch is damaged; nothing is appended.</exception>
    /// <exception cref="StorageUnavailableException">
    /// The database does not answer; whether all or a part of the batches are appended may not be known.
    /// </exception>
    public void Append(IReadOnlyList<QueryBatch> batches, bool isDurable)
    {
        var parts = PartsOf(batches);
        try
        {
            foreach (var part in parts)
            {
                if (!part.IsCommitted)
                    Send(part, isDurable);
            }
        }
        catch
        {
            foreach (var part in parts.Where(part => part.Lane is not null))
            {
                foreach (var batch in part.Batches)
                    _unfinished.AddOrUpdate(batch, part);
            }

            throw;
        }

        foreach (var batch in batches)
            _unfinished.Remove(batch);
    }

    /// <summary>The statements that append batches: first those of a call before that failed.</summary>
    private List<AppendPart> PartsOf(IReadOnlyList<QueryBatch> batches)
    {
        var parts = new List<AppendPart>();
        var fresh = new List<QueryBatch>();
        var (bytes, records) = (0L, 0L);
        foreach (var batch in batches)
        {
            if (_unfinished.TryGetValue(batch, out var begun))
            {
                if (!parts.Contains(begun))
                    parts.Add(begun);
                continue;
            }

            if (fresh.Count > 0 && (bytes + batch.Data.Length > MaxBytes || records + batch.Count > MaxRecords))
                End();
            fresh.Add(batch);
            bytes += batch.Data.Length;
            records += batch.Count;
        }

        End();
        return parts;

        void End()
        {
            if (fresh.Count > 0)
                parts.Add(new AppendPart(fresh));
            (fresh, bytes, records) = ([], 0, 0);
        }
    }

    private void Send(AppendPart part, bool isDurable)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            SendOnce(part, isDurable);
        }
        catch (StorageUnavailableException) when (Stopwatch.GetElapsedTime(started) < RetryWithin)
        {
            SendOnce(part, isDurable);
        }

        _lanes.Add(part.Lane!);
    }

    private void SendOnce(AppendPart part, bool isDurable) => store.Run(connection =>
    {
        if (!_hasDays)
            EnsureDays(connection);
        if (part.Lane is null)
            part.Enter(_lanes.TryTake(out var free) ? free : new AppendLane());
        try
        {
            part.Send(connection, names, isDurable);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.CheckViolation)
        {
            // There is no partition yet for the day that has begun.
            EnsureDays(connection);
            part.Send(connection, names, isDurable);
        }

        return part;
    });

    private void EnsureDays(NpgsqlConnection connection)
    {
        connection.Execute("SELECT ensure_log_days()");
        _hasDays = true;
    }
}
