namespace Progeny.Storage.Metrics.Postgres;

/// <summary>
/// The perfdb's tables in the cluster's database, and those of decisions, evaluations and keys. Times are in seconds since 1970 in UTC,
/// those of decisions, evaluations, keys, and moments, in milliseconds.
/// </summary>
/// <remarks>
/// What grows with time is partitioned by it (<see cref="PerfdbPartitions"/>): by resolution, since each is kept for another time, and then
/// by range. Names are compared by their bytes, as SQLite does, whatever the database's own collation.
/// </remarks>
internal static class PostgresMetricsSchema
{
    public const string Script =
        """
        CREATE TABLE generations (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            project text COLLATE "C" NOT NULL,
            release text COLLATE "C" NOT NULL,
            generation int NOT NULL,
            UNIQUE (project, release, generation)
        );

        CREATE TABLE windows (
            generation bigint NOT NULL,
            step int NOT NULL,
            start bigint NOT NULL,
            rows bigint NOT NULL,
            errors bigint NOT NULL,
            augment bigint NOT NULL,
            queue bigint NOT NULL,
            predict bigint NOT NULL,
            latency bytea NOT NULL,
            PRIMARY KEY (generation, step, start)
        ) PARTITION BY LIST (step);
        CREATE TABLE windows_10 PARTITION OF windows FOR VALUES IN (10) PARTITION BY RANGE (start);
        CREATE TABLE windows_60 PARTITION OF windows FOR VALUES IN (60) PARTITION BY RANGE (start);
        CREATE TABLE windows_3600 PARTITION OF windows FOR VALUES IN (3600) PARTITION BY RANGE (start);

        CREATE TABLE distributions (
            generation bigint NOT NULL,
            step int NOT NULL,
            start bigint NOT NULL,
            data bytea NOT NULL,
            PRIMARY KEY (generation, step, start)
        ) PARTITION BY LIST (step);
        CREATE TABLE distributions_60 PARTITION OF distributions FOR VALUES IN (60) PARTITION BY RANGE (start);
        CREATE TABLE distributions_3600 PARTITION OF distributions FOR VALUES IN (3600) PARTITION BY RANGE (start);

        CREATE TABLE figures (
            generation bigint NOT NULL,
            step int NOT NULL,
            start bigint NOT NULL,
            name text COLLATE "C" NOT NULL,
            arm text COLLATE "C" NOT NULL,
            shadow int NOT NULL,
            sum double precision NOT NULL,
            count bigint NOT NULL,
            PRIMARY KEY (generation, step, start, name, arm, shadow)
        ) PARTITION BY LIST (step);
        CREATE TABLE figures_10 PARTITION OF figures FOR VALUES IN (10) PARTITION BY RANGE (start);
        CREATE TABLE figures_60 PARTITION OF figures FOR VALUES IN (60) PARTITION BY RANGE (start);
        CREATE TABLE figures_3600 PARTITION OF figures FOR VALUES IN (3600) PARTITION BY RANGE (start);

        -- Up to where the windows hold a source of summaries. Cursors of query logs stay; those of silo runs go with their age.
        CREATE TABLE cursors (
            source bytea NOT NULL,
            generation bigint NOT NULL,
            through bigint NOT NULL,
            logged int NOT NULL,
            changed bigint NOT NULL,
            PRIMARY KEY (source, generation)
        );
        CREATE INDEX cursors_by_age ON cursors (changed) WHERE logged = 0;

        CREATE TABLE scores (
            project text COLLATE "C" NOT NULL,
            query_id text COLLATE "C" NOT NULL,
            generation bigint NOT NULL,
            figures jsonb NOT NULL,
            arm text COLLATE "C" NOT NULL,
            reason text COLLATE "C" NOT NULL,
            sequence bigint NOT NULL,
            moment bigint NOT NULL,
            arrived bigint NOT NULL,
            cluster int,
            PRIMARY KEY (project, query_id)
        );
        CREATE INDEX scores_by_moment ON scores (project, moment);
        CREATE INDEX scores_by_place ON scores (project, generation, sequence);

        CREATE TABLE arrivals (
            generation bigint NOT NULL,
            start bigint NOT NULL,
            name text COLLATE "C" NOT NULL,
            sum double precision NOT NULL,
            count bigint NOT NULL,
            PRIMARY KEY (generation, start, name)
        );

        CREATE TABLE score_changes (
            position bigint NOT NULL,
            project text COLLATE "C" NOT NULL,
            added int NOT NULL,
            generation bigint NOT NULL,
            arm text COLLATE "C" NOT NULL,
            reason text COLLATE "C" NOT NULL,
            sequence bigint NOT NULL,
            moment bigint NOT NULL,
            figures text NOT NULL,
            changed bigint NOT NULL,
            cluster int,
            PRIMARY KEY (project, position, changed)
        ) PARTITION BY RANGE (changed);

        CREATE TABLE waiting (
            project text COLLATE "C" NOT NULL,
            query_id text COLLATE "C" NOT NULL,
            value text NOT NULL,
            since bigint NOT NULL,
            due bigint NOT NULL,
            PRIMARY KEY (project, query_id)
        );
        CREATE INDEX waiting_by_due ON waiting (due);

        -- One row: the place up to which reports are scored, and the position of the last change. Who scores holds it, so that positions grow
        -- in the order of commits and a reader that goes on behind one misses none.
        CREATE TABLE score_cursor (
            reports bigint NOT NULL,
            changes bigint NOT NULL
        );
        INSERT INTO score_cursor (reports, changes) VALUES (0, 0);

        CREATE TABLE recent (
            generation bigint NOT NULL,
            until bigint NOT NULL,
            rows bigint NOT NULL,
            start bigint NOT NULL,
            data bytea NOT NULL,
            PRIMARY KEY (generation, until)
        );
        CREATE INDEX recent_by_age ON recent (start);

        CREATE TABLE decisions (
            sequence bigint PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            project text COLLATE "C" NOT NULL,
            at bigint NOT NULL,
            kind text NOT NULL,
            decided_by text NOT NULL,
            message text NOT NULL,
            generation text,
            experiment text,
            figures text NOT NULL
        );
        CREATE INDEX decisions_by_project ON decisions (project, sequence);

        -- One row, which whoever adds a decision holds, as that of score_cursor.
        CREATE TABLE decision_end (
            last bigint NOT NULL
        );
        INSERT INTO decision_end (last) VALUES (0);

        CREATE TABLE evaluations (
            generation text COLLATE "C" PRIMARY KEY,
            at bigint NOT NULL,
            report text NOT NULL
        );

        CREATE TABLE backtests (
            generation text COLLATE "C" PRIMARY KEY,
            at bigint NOT NULL,
            report text NOT NULL
        );

        CREATE TABLE api_keys (
            sequence bigint PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            name text COLLATE "C" NOT NULL,
            hash text NOT NULL,
            access text NOT NULL,
            created_at bigint NOT NULL,
            created_by text NOT NULL,
            expires_at bigint,
            revoked_at bigint,
            revoked_by text,
            last_used_at bigint,
            replaces text
        );

        CREATE TABLE api_key_state (version bigint NOT NULL, pepper text);
        INSERT INTO api_key_state (version) VALUES (0);
        CREATE TABLE ended_sessions (id text COLLATE "C" PRIMARY KEY, until bigint NOT NULL);
        """;
}
