using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.QueryLog.Sqlite.Ids;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>The schema of <c>queries.db</c>.</summary>
/// <remarks>
/// A record has no row of its own: a segment is a batch of records with consecutive sequence numbers. A query is found by a hash of its id,
/// through the runs of an index that grows by appending (<see cref="IdRuns"/>), since a random index over a long log would write a page
/// for each record.
/// </remarks>
internal static class QuerySchema
{
    /// <summary>The version that <see cref="Script"/> has.</summary>
    public const int Version = 3;

    public const string Script =
        $"""
        CREATE TABLE identity (id BLOB NOT NULL) STRICT;
        INSERT INTO identity VALUES (randomblob(16));

        CREATE TABLE origins (
            id INTEGER PRIMARY KEY,
            project TEXT NOT NULL,
            owner TEXT NOT NULL,
            release TEXT NOT NULL,
            generation INTEGER NOT NULL,
            retention INTEGER NOT NULL,
            UNIQUE (project, owner, release, generation)
        ) STRICT;

        CREATE TABLE layouts (
            id INTEGER PRIMARY KEY,
            layout TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE segments (
            first INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            layout INTEGER NOT NULL,
            from_at INTEGER NOT NULL,
            until_at INTEGER NOT NULL,
            data BLOB NOT NULL
        ) STRICT;
        CREATE INDEX segments_by_origin ON segments (origin, first);

        CREATE TABLE swept (last INTEGER NOT NULL) STRICT;
        INSERT INTO swept VALUES (0);

        CREATE TABLE journal (applied INTEGER NOT NULL) STRICT;
        INSERT INTO journal VALUES (0);

        CREATE TABLE id_runs (
            id INTEGER PRIMARY KEY,
            start INTEGER NOT NULL,
            level INTEGER NOT NULL,
            state INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE id_pages (
            id INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        ) STRICT;
        CREATE INDEX segments_by_age ON segments (origin, until_at);

        -- A late report never counts: when it came, one was known that had been observed after it. A report is compared with the last one that
        -- counts and with those of its value, however many its query has.
        CREATE TABLE outcomes (
            id INTEGER PRIMARY KEY,
            hash INTEGER NOT NULL,
            project TEXT NOT NULL,
            query_id TEXT NOT NULL,
            value TEXT NOT NULL,
            observed_at INTEGER,
            reported_at INTEGER NOT NULL,
            late INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX outcomes_by_hash ON outcomes (hash, late);
        CREATE INDEX outcomes_by_value ON outcomes (hash, value, observed_at);
        CREATE INDEX outcomes_by_project ON outcomes (project);

        -- Outcomes by key and time: fresh ones were never searched for; of the others those without a query wait.
        CREATE TABLE keyed (
            id INTEGER PRIMARY KEY,
            project TEXT NOT NULL,
            key TEXT NOT NULL,
            at INTEGER NOT NULL,
            value TEXT NOT NULL,
            observed_at INTEGER NOT NULL,
            reported_at INTEGER NOT NULL,
            query_id TEXT,
            fresh INTEGER NOT NULL DEFAULT 1,
            tie INTEGER,
            hash INTEGER NOT NULL,
            UNIQUE (project, key, at, value, observed_at)
        ) STRICT;
        CREATE INDEX keyed_waiting ON keyed (project, fresh, at) WHERE query_id IS NULL;
        CREATE INDEX keyed_by_hash ON keyed (project, hash) WHERE query_id IS NULL AND fresh = 0;
        CREATE INDEX keyed_by_age ON keyed (project, reported_at);

        CREATE TABLE keyed_marks (
            project TEXT PRIMARY KEY,
            searched INTEGER NOT NULL DEFAULT 0,
            indexed INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        -- Which segments hold live answers about an entity, by the hash of its name: written when outcomes by key are matched, not by queries.
        CREATE TABLE keyed_entities (
            project TEXT NOT NULL,
            hash INTEGER NOT NULL,
            first INTEGER NOT NULL,
            PRIMARY KEY (project, hash, first)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX keyed_entities_by_segment ON keyed_entities (project, first, hash);

        -- Codes of the entities that were erased and of the ids of their queries, by which both are known again.
        CREATE TABLE erased (
            mark BLOB PRIMARY KEY,
            project TEXT NOT NULL,
            at INTEGER NOT NULL,
            erased_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX erased_by_project ON erased (project);

        {ArchiveMarks.Schema}

        {RetentionClock.Schema}
        """;
}
