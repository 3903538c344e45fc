namespace Progeny.Storage.Security;

/// <summary>
/// The tables of the audit log in the cluster's database. Nothing changes an entry, and nothing removes one that the end does not say is
/// removed.
/// </summary>
internal static class PostgresAuditSchema
{
    public const string Script =
        """
        CREATE TABLE audit (
            sequence bigint PRIMARY KEY,
            at bigint NOT NULL,
            status bigint NOT NULL,
            decided_by text COLLATE "C" NOT NULL,
            address text,
            action text COLLATE "C" NOT NULL,
            request text,
            project text COLLATE "C",
            subject text,
            trace_id text,
            before_json text,
            after_json text,
            previous bytea NOT NULL,
            hash bytea NOT NULL
        );
        CREATE INDEX audit_by_project ON audit (project, sequence);
        CREATE INDEX audit_by_time ON audit (at);

        -- One row, which whoever writes an entry holds: the last entry, and up to where entries were removed by their age.
        CREATE TABLE audit_end (
            last bigint NOT NULL,
            hash bytea NOT NULL,
            seal bytea NOT NULL,
            pruned bigint NOT NULL
        );
        INSERT INTO audit_end (last, hash, seal, pruned) VALUES (0, decode(repeat('00', 32), 'hex'), '', 0);

        CREATE TABLE audit_cursors (
            receiver text COLLATE "C" PRIMARY KEY,
            through bigint NOT NULL
        );

        CREATE TABLE audit_intents (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            node text NOT NULL,
            at bigint NOT NULL,
            entry text NOT NULL
        );

        CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.sequence <= (SELECT pruned FROM audit_end) THEN
                    RETURN OLD;
                END IF;
            END IF;
            RAISE EXCEPTION 'entries of the audit log are not changed and not removed';
        END
        $$;
        CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
        CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
        """;
}
