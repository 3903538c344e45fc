using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>
/// The schema of <c>metrics.db</c>. Times are in seconds since 1970 in UTC, those of decisions and keys, and moments, in milliseconds.
/// </summary>
/// <remarks>
/// Every summary is added to its windows of all resolutions at once, so there is no roll-up to run, to miss or to run twice. Windows lie
/// by generation, for reading, and are found by age, for removing. <c>recent</c> holds the newest rows once more, parted by their number
/// and not by time: <c>until</c> is the number of rows of the generation up to the end of a block.
/// </remarks>
internal static class MetricsSchema
{
    /// <summary>The version that <see cref="Script"/> has.</summary>
    public const int Version = 4;

    public const string Script =
        $"""
        CREATE TABLE generations (
            id INTEGER PRIMARY KEY,
            project TEXT NOT NULL,
            release TEXT NOT NULL,
            generation INTEGER NOT NULL,
            UNIQUE (project, release, generation)
        ) STRICT;

        CREATE TABLE windows (
            generation INTEGER NOT NULL,
            step INTEGER NOT NULL,
            start INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            errors INTEGER NOT NULL,
            augment INTEGER NOT NULL,
            queue INTEGER NOT NULL,
            predict INTEGER NOT NULL,
            latency BLOB NOT NULL,
            PRIMARY KEY (generation, step, start)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX windows_by_age ON windows (step, start);

        CREATE TABLE distributions (
            generation INTEGER NOT NULL,
            step INTEGER NOT NULL,
            start INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (generation, step, start)
        ) STRICT;
        CREATE INDEX distributions_by_age ON distributions (step, start);

        CREATE TABLE figures (
            generation INTEGER NOT NULL,
            step INTEGER NOT NULL,
            start INTEGER NOT NULL,
            name TEXT NOT NULL,
            arm TEXT NOT NULL,
            shadow INTEGER NOT NULL,
            sum REAL NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (generation, step, start, name, arm, shadow)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX figures_by_age ON figures (step, start);

        -- Up to where the windows hold a source of summaries. Cursors of query logs stay; those of silo runs go with their age.
        CREATE TABLE cursors (
            source BLOB NOT NULL,
            generation INTEGER NOT NULL,
            through INTEGER NOT NULL,
            logged INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            PRIMARY KEY (source, generation)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX cursors_by_age ON cursors (logged, changed);

        CREATE TABLE scores (
            project TEXT NOT NULL,
            query_id TEXT NOT NULL,
            generation INTEGER NOT NULL,
            at INTEGER NOT NULL,
            figures TEXT NOT NULL,
            arm TEXT NOT NULL,
            reason TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            moment INTEGER NOT NULL,
            arrived INTEGER NOT NULL,
            cluster INTEGER,
            PRIMARY KEY (project, query_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX scores_by_moment ON scores (project, moment);
        CREATE INDEX scores_by_place ON scores (project, generation, sequence);

        CREATE TABLE arrivals (
            generation INTEGER NOT NULL,
            name TEXT NOT NULL,
            start INTEGER NOT NULL,
            sum REAL NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (generation, name, start)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE score_changes (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            added INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            arm TEXT NOT NULL,
            reason TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            moment INTEGER NOT NULL,
            figures TEXT NOT NULL,
            changed INTEGER NOT NULL,
            cluster INTEGER
        ) STRICT;
        CREATE INDEX score_changes_by_project ON score_changes (project, position);
        CREATE INDEX score_changes_by_age ON score_changes (changed);

        CREATE TABLE waiting (
            project TEXT NOT NULL,
            query_id TEXT NOT NULL,
            value TEXT NOT NULL,
            since INTEGER NOT NULL,
            due INTEGER NOT NULL,
            PRIMARY KEY (project, query_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX waiting_by_due ON waiting (due);

        CREATE TABLE score_cursor (
            reports INTEGER NOT NULL
        ) STRICT;
        INSERT INTO score_cursor (reports) VALUES (0);

        CREATE TABLE decisions (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            project TEXT NOT NULL,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            decided_by TEXT NOT NULL,
            message TEXT NOT NULL,
            generation TEXT,
            experiment TEXT,
            figures TEXT NOT NULL
        ) STRICT;
        CREATE INDEX decisions_by_project ON decisions (project, sequence);

        CREATE TABLE recent (
            generation INTEGER NOT NULL,
            until INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            start INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (generation, until)
        ) STRICT;
        CREATE INDEX recent_by_age ON recent (start);

        CREATE TABLE evaluations (
            generation TEXT PRIMARY KEY,
            at INTEGER NOT NULL,
            report TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE backtests (
            generation TEXT PRIMARY KEY,
            at INTEGER NOT NULL,
            report TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Entries are not changed, and none is removed that the end does not say is removed.
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            status INTEGER NOT NULL,
            decided_by TEXT NOT NULL,
            address TEXT,
            action TEXT NOT NULL,
            request TEXT,
            project TEXT,
            subject TEXT,
            trace_id TEXT,
            before_json TEXT,
            after_json TEXT,
            previous BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX audit_by_project ON audit (project, sequence);
        CREATE INDEX audit_by_time ON audit (at);
        CREATE TABLE audit_end (
            last INTEGER NOT NULL,
            hash BLOB NOT NULL,
            seal BLOB NOT NULL,
            pruned INTEGER NOT NULL
        ) STRICT;
        INSERT INTO audit_end (last, hash, seal, pruned) VALUES (0, zeroblob(32), zeroblob(0), 0);
        CREATE TABLE audit_cursors (
            receiver TEXT PRIMARY KEY,
            through INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE audit_intents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            node TEXT NOT NULL,
            at INTEGER NOT NULL,
            entry TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
            SELECT RAISE(ABORT, 'entries of the audit log are not changed');
        END;
        CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.sequence > (SELECT pruned FROM audit_end) BEGIN
            SELECT RAISE(ABORT, 'entries of the audit log are not removed');
        END;

        CREATE TABLE api_keys (
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            hash TEXT NOT NULL,
            access TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            expires_at INTEGER,
            revoked_at INTEGER,
            revoked_by TEXT,
            last_used_at INTEGER,
            replaces TEXT
        ) STRICT;

        CREATE TABLE api_key_state (version INTEGER NOT NULL, pepper TEXT) STRICT;
        INSERT INTO api_key_state (version) VALUES (0);
        CREATE TABLE ended_sessions (id TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        {RetentionClock.Schema}
        """;
}
