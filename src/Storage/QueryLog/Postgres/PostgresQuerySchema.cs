namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>The tables of the query log and the outcomes in a cluster's database.</summary>
/// <remarks>
/// They have the names and columns of SQLite's where both are asked the same. Segments and the index by query id are partitioned by the day
/// on which they were appended, by the database's clock, written as a number such as 20261129: days grow with sequence numbers, so that a
/// record is looked up in one partition, and a day goes as a whole once nothing in it has to be kept.
/// </remarks>
internal static class PostgresQuerySchema
{
    public const string Script =
        """
        CREATE TABLE identity (id bytea NOT NULL);
        INSERT INTO identity VALUES (decode(replace(gen_random_uuid()::text, '-', ''), 'hex'));

        CREATE TABLE origins (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            project text NOT NULL,
            owner text NOT NULL,
            release text NOT NULL,
            generation int NOT NULL,
            retention bigint NOT NULL,
            UNIQUE (project, owner, release, generation)
        );

        -- By the SHA-256 of its text: that may be too long for an index.
        CREATE TABLE layouts (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            digest bytea NOT NULL UNIQUE,
            layout text NOT NULL
        );

        CREATE TABLE segments (
            day int NOT NULL,
            first bigint NOT NULL,
            count int NOT NULL,
            origin bigint NOT NULL,
            layout bigint NOT NULL,
            from_at bigint NOT NULL,
            until_at bigint NOT NULL,
            data bytea NOT NULL
        ) PARTITION BY LIST (day);
        -- Compressing would keep others waiting for the end of the log.
        ALTER TABLE segments ALTER COLUMN data SET STORAGE EXTERNAL;
        CREATE UNIQUE INDEX segments_by_first ON segments (first, day);
        CREATE INDEX segments_by_origin ON segments (origin, first);
        CREATE INDEX segments_by_age ON segments (origin, until_at);

        CREATE TABLE query_ids (
            day int NOT NULL,
            hash bigint NOT NULL,
            sequence bigint NOT NULL
        ) PARTITION BY LIST (day);
        CREATE INDEX query_ids_by_hash ON query_ids (hash);

        -- The one row that whoever appends holds until its commit. Room on its page lets it change without entries in an index.
        CREATE TABLE log_end (last bigint NOT NULL, day int) WITH (fillfactor = 10);
        INSERT INTO log_end VALUES (0, NULL);

        -- The first sequence number of each day that has a partition.
        CREATE TABLE log_days (day int PRIMARY KEY, first bigint NOT NULL);

        -- The last append of each source: what comes twice, since its sender lost the connection, is appended once.
        CREATE TABLE log_sources (source uuid PRIMARY KEY, number bigint NOT NULL, at timestamptz NOT NULL) WITH (fillfactor = 10);

        CREATE TABLE outcomes (
            id bigint PRIMARY KEY,
            hash bigint NOT NULL,
            project text NOT NULL,
            query_id text NOT NULL,
            value text NOT NULL,
            observed_at bigint,
            reported_at bigint NOT NULL,
            late int NOT NULL
        );
        CREATE INDEX outcomes_by_hash ON outcomes (hash, late, id);
        CREATE INDEX outcomes_by_value ON outcomes (hash, hashtextextended(value, 0), observed_at);
        CREATE INDEX outcomes_by_project ON outcomes (project, id);

        -- The one row that whoever reports outcomes holds until its commit.
        CREATE TABLE outcome_end (last bigint NOT NULL) WITH (fillfactor = 10);
        INSERT INTO outcome_end VALUES (0);

        -- By the SHA-256 of key and value: they may be too long for an index.
        CREATE TABLE keyed (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            project text NOT NULL,
            key text NOT NULL,
            at bigint NOT NULL,
            value text NOT NULL,
            observed_at bigint NOT NULL,
            reported_at bigint NOT NULL,
            query_id text,
            fresh int NOT NULL DEFAULT 1,
            tie bigint,
            hash bigint NOT NULL,
            digest bytea NOT NULL,
            UNIQUE (project, digest, at, observed_at)
        );
        CREATE INDEX keyed_waiting ON keyed (project, fresh, at) WHERE query_id IS NULL;
        CREATE INDEX keyed_by_hash ON keyed (project, hash) WHERE query_id IS NULL AND fresh = 0;
        CREATE INDEX keyed_by_age ON keyed (project, reported_at);

        CREATE TABLE keyed_marks (
            project text PRIMARY KEY,
            searched bigint NOT NULL DEFAULT 0,
            indexed bigint NOT NULL DEFAULT 0
        );

        CREATE TABLE keyed_entities (
            project text NOT NULL,
            hash bigint NOT NULL,
            first bigint NOT NULL,
            day int NOT NULL,
            PRIMARY KEY (project, hash, first)
        );
        CREATE INDEX keyed_entities_by_segment ON keyed_entities (project, first, hash);

        -- Codes of the entities that were erased and of the ids of their queries, by which both are known again.
        CREATE TABLE erased (
            mark bytea PRIMARY KEY,
            project text NOT NULL,
            at bigint NOT NULL,
            erased_by text NOT NULL
        );
        CREATE INDEX erased_by_project ON erased (project);
        """;
}
