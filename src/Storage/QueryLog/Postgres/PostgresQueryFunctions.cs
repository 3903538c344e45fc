namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>
/// The functions that write the query log and the outcomes. Each is one statement, so that a lock is held while the server works and not
/// while its client is awaited.
/// </summary>
internal static class PostgresQueryFunctions
{
    public const string Script = EnsureDays + AppendSegments + ReportOutcomes;

    /// <summary>Makes the partitions of today and tomorrow that are missing. Ten nodes may call it at once.</summary>
    private const string EnsureDays =
        """
        CREATE FUNCTION ensure_log_days() RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            wanted int[] := ARRAY(
                SELECT DISTINCT d FROM unnest(ARRAY[
                    to_char(current_date, 'YYYYMMDD')::int, to_char(current_date + 1, 'YYYYMMDD')::int, (SELECT e.day FROM log_end AS e)]) AS d
                WHERE d IS NOT NULL AND (to_regclass('segments_' || d) IS NULL OR to_regclass('query_ids_' || d) IS NULL));
            wanted_day int;
            parent text;
        BEGIN
            IF cardinality(wanted) = 0 THEN
                RETURN;
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('progeny log days', 0));
            FOREACH wanted_day IN ARRAY wanted LOOP
                FOREACH parent IN ARRAY ARRAY['segments', 'query_ids'] LOOP
                    CONTINUE WHEN to_regclass(parent || '_' || wanted_day) IS NOT NULL;
                    -- A table of its own that is attached locks nobody out, as one that is made within the other would.
                    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE)', parent || '_' || wanted_day, parent);
                    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent, parent || '_' || wanted_day, wanted_day);
                END LOOP;
            END LOOP;
        END $$;

        """;

    /// <summary>
    /// Appends segments behind the last record, unless that append of its source was done before. Sequence numbers grow in the order of
    /// commits, and none is left out: the row of the log's end is held until the commit.
    /// </summary>
    private const string AppendSegments =
        """
        CREATE FUNCTION append_segments(
            p_source uuid, p_number bigint, p_fast boolean, p_counts int[], p_origins bigint[], p_layouts bigint[], p_from bigint[], p_until bigint[],
            p_data bytea[], p_hashes bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE
            total bigint := cardinality(p_hashes);
            before bigint;
            today int;
        BEGIN
            IF p_fast THEN
                PERFORM set_config('synchronous_commit', 'off', true);
            END IF;
            UPDATE log_end AS e SET last = e.last + total, day = greatest(e.day, to_char(current_date, 'YYYYMMDD')::int)
                RETURNING e.last - total, e.day INTO before, today;
            INSERT INTO log_sources AS s (source, number, at) VALUES (p_source, p_number, now())
                ON CONFLICT (source) DO UPDATE SET number = excluded.number, at = excluded.at WHERE s.number < excluded.number;
            IF NOT FOUND THEN
                UPDATE log_end AS e SET last = before;
                RETURN 0;
            END IF;
            IF NOT EXISTS (SELECT 1 FROM log_days AS d WHERE d.day = today) THEN
                INSERT INTO log_days (day, first) VALUES (today, before + 1);
            END IF;
            INSERT INTO segments (day, first, count, origin, layout, from_at, until_at, data)
                SELECT today, before + 1 + sum(t.count) OVER (ORDER BY t.n) - t.count, t.count, t.origin, t.layout, t.from_at, t.until_at, t.data
                FROM unnest(p_counts, p_origins, p_layouts, p_from, p_until, p_data) WITH ORDINALITY AS t(count, origin, layout, from_at, until_at, data, n);
            INSERT INTO query_ids (day, hash, sequence)
                SELECT today, t.hash, before + t.n FROM unnest(p_hashes) WITH ORDINALITY AS t(hash, n);
            RETURN before + 1;
        END $$;

        """;

    /// <summary>
    /// Stores reports of outcomes in their order and tells what each changes, by the rules of SQLite's writer. One call at a time runs: the
    /// row of the list's end is held until the commit.
    /// </summary>
    private const string ReportOutcomes =
        """
        CREATE FUNCTION report_outcomes(
            p_project text, p_hashes bigint[], p_ids text[], p_values text[], p_observed bigint[], p_reported bigint[], p_reread boolean[])
            RETURNS SETOF int LANGUAGE plpgsql AS $$
        DECLARE
            place bigint;
            report record;
            known record;
            is_known boolean;
            change int;
        BEGIN
            SELECT e.last INTO place FROM outcome_end AS e FOR UPDATE;
            FOR report IN
                SELECT t.* FROM unnest(p_hashes, p_ids, p_values, p_observed, p_reported, p_reread) WITH ORDINALITY
                    AS t(hash, query_id, value, observed_at, reported_at, is_reread, n) ORDER BY t.n
            LOOP
                SELECT o.value, coalesce(o.observed_at, o.reported_at) AS until INTO known FROM outcomes AS o
                    WHERE o.hash = report.hash AND o.late = 0 AND o.project = p_project AND o.query_id = report.query_id ORDER BY o.id DESC LIMIT 1;
                IF NOT FOUND THEN
                    change := 1;
                ELSE
                    is_known := false;
                    IF report.observed_at IS NOT NULL THEN
                        is_known := EXISTS (SELECT 1 FROM outcomes AS o
                            WHERE o.hash = report.hash AND hashtextextended(o.value, 0) = hashtextextended(report.value, 0) AND o.observed_at = report.observed_at
                                AND o.value = report.value AND o.project = p_project AND o.query_id = report.query_id);
                    ELSIF report.is_reread THEN
                        is_known := EXISTS (SELECT 1 FROM outcomes AS o
                            WHERE o.hash = report.hash AND hashtextextended(o.value, 0) = hashtextextended(report.value, 0)
                                AND o.value = report.value AND o.project = p_project AND o.query_id = report.query_id);
                    END IF;
                    -- The last one that counts decides. A report without a time says nothing against the time that is known.
                    change := CASE
                        WHEN is_known THEN 0
                        WHEN report.observed_at IS NULL THEN CASE WHEN known.value = report.value THEN 0 ELSE 2 END
                        WHEN report.observed_at < known.until THEN 3
                        ELSE 2
                    END;
                END IF;
                IF change <> 0 THEN
                    place := place + 1;
                    INSERT INTO outcomes (id, hash, project, query_id, value, observed_at, reported_at, late)
                        VALUES (place, report.hash, p_project, report.query_id, report.value, report.observed_at, report.reported_at, (change = 3)::int);
                END IF;
                RETURN NEXT change;
            END LOOP;
            UPDATE outcome_end AS e SET last = place;
        END $$;

        """;
}
