namespace Progeny.Storage.Serving;

/// <summary>The schema of <c>queries.db</c>.</summary>
/// <remarks>
/// A query is found by a hash of its id. Hashes are random, and a random index over a long log writes a page for each record; so the
/// index is cut into blocks of <see cref="BlockShift"/> bits of the sequence: writing touches the newest block only, whatever the
/// log's length, and looking up asks each block once.
/// </remarks>
internal static class QuerySchema
{
    /// <summary>A block of the index holds 2^16 records.</summary>
    public const int BlockShift = 16;

    public static readonly IReadOnlyList<string> Migrations =
    [
        """
        CREATE TABLE origins (
            id INTEGER PRIMARY KEY,
            project TEXT NOT NULL,
            release TEXT NOT NULL,
            generation INTEGER NOT NULL,
            arm TEXT NOT NULL,
            reason TEXT NOT NULL,
            UNIQUE (project, release, generation, arm, reason)
        ) STRICT;

        CREATE TABLE records (
            seq INTEGER PRIMARY KEY,
            origin INTEGER NOT NULL,
            at INTEGER NOT NULL,
            hash INTEGER NOT NULL,
            query_id TEXT NOT NULL,
            entity TEXT,
            fields TEXT NOT NULL,
            augmented TEXT,
            prediction TEXT,
            error TEXT,
            rules TEXT,
            latency BLOB NOT NULL
        ) STRICT;
        CREATE INDEX records_by_origin ON records (origin);

        CREATE TABLE record_ids (
            block INTEGER NOT NULL,
            hash INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (block, hash, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE outcomes (
            id INTEGER PRIMARY KEY,
            hash INTEGER NOT NULL,
            project TEXT NOT NULL,
            query_id TEXT NOT NULL,
            value TEXT NOT NULL,
            observed_at INTEGER,
            reported_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX outcomes_by_hash ON outcomes (hash);
        """,
    ];
}
