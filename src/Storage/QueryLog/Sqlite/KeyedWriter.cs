using Microsoft.Data.Sqlite;
using Progeny.Core.Feedback;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>Stores outcomes by key and time; used by one thread, within the transaction that is open.</summary>
internal sealed class KeyedWriter(SqliteConnection connection) : IDisposable
{
    private const int RemovedAtOnce = 1_000;

    private readonly SqliteStatement insert = new(
        connection,
        "INSERT INTO keyed (project, key, at, value, observed_at, reported_at, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO "
            + "NOTHING");

    private readonly SqliteStatement update = new(connection, "UPDATE keyed SET query_id = ?2, tie = ?3, fresh = 0 WHERE id = ?1");
    private readonly SqliteStatement mark = new(
        connection, "INSERT INTO keyed_marks (project, searched) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET searched = excluded.searched");

    private readonly SqliteStatement markIndexed = new(
        connection, "INSERT INTO keyed_marks (project, indexed) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET indexed = excluded.indexed");

    private readonly SqliteStatement insertEntity = new(
        connection, "INSERT INTO keyed_entities (project, hash, first) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");

    private readonly SqliteStatement removeEntities = new(
        connection,
        """
        DELETE FROM keyed_entities WHERE project = ?1 AND first <
            (SELECT min(ifnull((SELECT min(first) FROM segments WHERE origin = o.id), 9223372036854775807)) FROM origins AS o WHERE o.project = ?1)
        """);

    private readonly SqliteStatement remove = new(
        connection,
        "DELETE FROM keyed WHERE id IN (SELECT id FROM keyed WHERE project = ?1 AND reported_at < ?2 ORDER BY reported_at LIMIT "
            + $"{RemovedAtOnce}) RETURNING 1");

    public void Add(string project, KeyedOutcome outcome)
    {
        insert.Bind(1, project);
        insert.Bind(2, outcome.Key);
        insert.Bind(3, QueryCodes.Encode(outcome.At));
        insert.Bind(4, outcome.Value);
        insert.Bind(5, QueryCodes.Encode(outcome.ObservedAt ?? outcome.At));
        insert.Bind(6, QueryCodes.Encode(outcome.ReportedAt));
        insert.Bind(7, EntityHash.Of(outcome.Key));
        insert.Execute();
    }

    /// <summary>Remembers which segments hold answers about which entities.</summary>
    /// <param name="indexed">The place of the log before which all are known.</param>
    public void Index(string project, IEnumerable<(long Hash, long First)> entities, long indexed)
    {
        foreach (var (hash, first) in entities)
        {
            insertEntity.Bind(1, project);
            insertEntity.Bind(2, hash);
            insertEntity.Bind(3, first);
            insertEntity.Execute();
        }

        markIndexed.Bind(1, project);
        markIndexed.Bind(2, indexed);
        markIndexed.Execute();
    }

    /// <summary>Forgets the entities of segments that are gone.</summary>
    public void ForgetRemoved(string project)
    {
        removeEntities.Bind(1, project);
        removeEntities.Execute();
    }

    /// <summary>Remembers what a search found.</summary>
    public void Save(KeyedRow row)
    {
        update.Bind(1, row.Id);
        update.Bind(2, row.QueryId);
        update.Bind(3, row.Tie);
        update.Execute();
    }

    /// <summary>Remembers that all that was searched for was searched for before a place of the log.</summary>
    public void Mark(string project, long searched)
    {
        mark.Bind(1, project);
        mark.Bind(2, searched);
        mark.Execute();
    }

    /// <summary>Removes a part of what came before a time.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Remove(string project, DateTimeOffset before)
    {
        remove.Bind(1, project);
        remove.Bind(2, QueryCodes.Encode(before));
        var removed = 0;
        try
        {
            while (remove.Step())
                removed++;
        }
        finally
        {
            remove.Reset();
        }

        return removed == RemovedAtOnce;
    }

    public void Dispose()
    {
        insert.Dispose();
        update.Dispose();
        mark.Dispose();
        markIndexed.Dispose();
        insertEntity.Dispose();
        removeEntities.Dispose();
        remove.Dispose();
    }
}
