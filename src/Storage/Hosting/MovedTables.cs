using System.Security.Cryptography;
using System.Text;
using Progeny.Core.Common;
using Progeny.Storage.QueryLog.Postgres;

namespace Progeny.Storage.Hosting;

/// <summary>
/// The tables that are moved, by the SQLite file that holds them. Artifacts, numbers of the last rows and clocks are moved besides.
/// </summary>
internal static class MovedTables
{
    private const string StoredStates = "graintypestring NOT LIKE '%PubSubRendezvousGrain%'";

    /// <summary>The states of grains. Who subscribed to which stream is no part of them: that lives as long as a silo does.</summary>
    /// <param name="cluster">The name of the cluster, which is its service id.</param>
    public static IReadOnlyList<MovedTable> Grains(string cluster) =>
    [
        new(
            "OrleansStorage",
            "GrainTypeString, GrainIdHash, GrainIdExtensionString",
            "GrainIdHash int, GrainTypeHash int, GrainIdN0 bigint, GrainIdN1 bigint, GrainTypeString text, GrainIdExtensionString text, "
            + "PayloadBinary bytea, "
            + "ModifiedOn timestamptz, Version int",
            new MovedColumn(
                "ServiceId", ColumnKind.Text) { ToPostgres = _ => cluster, FromPostgres = $"'{ClusterOptions.AloneServiceId}'" })
        {
            Title = "states of grains",
            PostgresFilter = $"serviceid = {SqlText.Literal(cluster)} AND {StoredStates}",
        },
    ];

    /// <summary>The query log and the outcomes, but for the index by query id, which is made anew.</summary>
    /// <param name="days">The days of the log in PostgreSQL; used when rows go there.</param>
    public static IReadOnlyList<MovedTable> Queries(LogDays days) =>
    [
        new("identity", "id", "id bytea") { IsSeeded = true },
        new("origins", "id", "id bigint, project text, owner text, release text, generation int, retention bigint") { IsNumbered = true },
        new(
            "layouts",
            "id",
            "id bigint, layout text",
            new MovedColumn(
                "digest",
                ColumnKind.Bytea) { IsInSqlite = false, ToPostgres = row => SHA256.HashData(Encoding.UTF8.GetBytes((string)row[1]!)) })
        {
            IsNumbered = true,
        },
        new(
            "segments",
            "first",
            "first bigint, count int, origin bigint, layout bigint, from_at bigint, until_at bigint, data bytea",
            new MovedColumn("day", ColumnKind.Int) { IsInSqlite = false, ToPostgres = row => (long)days.Of((long)row[0]!) })
        {
            Title = "batches of the query log",
        },
        new("outcomes", "id", "id bigint, hash bigint, project text, query_id text, value text, observed_at bigint, reported_at bigint, "
            + "late int") { Title = "outcomes" },
        new(
            "keyed",
            "id",
            "id bigint, project text, key text, at bigint, value text, observed_at bigint, reported_at bigint, query_id text, fresh int, "
                + "tie bigint, hash bigint",
            new MovedColumn(
                "digest",
                ColumnKind.Bytea)
                {
                    IsInSqlite = false,
                    ToPostgres = row => PostgresFeedbackWriter.DigestOf((string)row[2]!, (string)row[4]!),
                })
        {
            Title = "outcomes by key",
            IsNumbered = true,
        },
        new("erased", "mark", "mark bytea, project text, at bigint, erased_by text"),
        new("keyed_marks", "project", "project text, searched bigint, indexed bigint"),
        new(
            "keyed_entities",
            "project, hash, first",
            "project text, hash bigint, first bigint",
            new MovedColumn("day", ColumnKind.Int) { IsInSqlite = false, ToPostgres = row => (long)days.Of((long)row[2]!) }),
    ];

    /// <summary>The perfdb, decisions, evaluations and keys.</summary>
    public static IReadOnlyList<MovedTable> Metrics { get; } =
    [
        new("generations", "id", "id bigint, project text, release text, generation int") { IsNumbered = true },
        new(
            "windows",
            "generation, step, start",
            "generation bigint, step int, start bigint, rows bigint, errors bigint, augment bigint, queue bigint, predict bigint, latency "
                + "bytea") { Title = "windows" },
        new("distributions", "generation, step, start", "generation bigint, step int, start bigint, data bytea")
        {
            Title = "distributions",
        },
        new(
            "figures",
            "generation, step, start, name, arm, shadow",
            "generation bigint, step int, start bigint, name text, arm text, shadow int, sum double, count bigint") { Title = "figures" },
        new("cursors", "source, generation", "source bytea, generation bigint, through bigint, logged int, changed bigint"),
        new(
            "scores",
            "project, query_id",
            "project text, query_id text, generation bigint, figures jsonb, arm text, reason text, sequence bigint, moment bigint, "
                + "arrived bigint, cluster int",
            new MovedColumn("at", ColumnKind.Bigint) { IsInPostgres = false, FromPostgres = "moment / 1000" }) { Title = "scores" },
        new("arrivals", "generation, name, start", "generation bigint, name text, start bigint, sum double, count bigint"),
        new(
            "score_changes",
            "position",
            "position bigint, project text, added int, generation bigint, arm text, reason text, sequence bigint, moment bigint, figures "
                + "text, changed bigint, cluster int")
        {
            Title = "changes of scores",
        },
        new("waiting", "project, query_id", "project text, query_id text, value text, since bigint, due bigint")
        {
            Title = "outcomes that wait",
        },
        new(
            "decisions",
            "sequence",
            "sequence bigint, id text, project text, at bigint, kind text, decided_by text, message text, generation text, experiment "
                + "text, figures text")
        {
            Title = "decisions",
        },
        new(
            "api_keys",
            "sequence",
            "sequence bigint, id text, name text, hash text, access text, created_at bigint, created_by text, expires_at bigint, "
            + "revoked_at bigint, revoked_by text, "
            + "last_used_at bigint, replaces text")
        {
            Title = "keys",
        },
        new("api_key_state", "version", "version bigint, pepper text") { IsSeeded = true },
        new("ended_sessions", "id", "id text, until bigint"),
        new("recent", "generation, until", "generation bigint, until bigint, rows bigint, start bigint, data bytea"),
        new(
            "audit",
            "sequence",
            "sequence bigint, at bigint, status bigint, decided_by text, address text, action text, request text, project text, subject "
            + "text, trace_id text, "
            + "before_json text, after_json text, previous bytea, hash bytea")
        {
            Title = "audit log",
        },
        new("audit_end", "last", "last bigint, hash bytea, seal bytea, pruned bigint") { IsSeeded = true },
        new("audit_cursors", "receiver", "receiver text, through bigint"),
        new("evaluations", "generation", "generation text, at bigint, report text") { Title = "evaluations" },
    ];

    /// <summary>The catalog of datasets, appended rows, contracts, subscriptions and the ledger of batch applies.</summary>
    public static IReadOnlyList<MovedTable> Datasets { get; } =
    [
        new("datasets", "name", "name text, latest int, keyed int, document text") { Title = "datasets" },
        new("dataset_versions", "dataset, version", "dataset text, version int, state text, once text, document text")
        {
            Title = "versions of datasets",
        },
        new(
            "dataset_parts",
            "dataset, first, number",
            "dataset text, first int, number int, last int, digest text, rows bigint, bytes bigint"),
        new("dataset_contracts", "dataset, version", "dataset text, version int, document text") { Title = "contracts" },
        new(
            "dataset_quarantine",
            "dataset, version",
            "dataset text, version int, state text, digest text, document text") { Title = "quarantine" },
        new("dataset_batches", "number", "number bigint, dataset text, rows int, bytes bigint, at bigint, document text, body bytea")
        {
            Title = "appended rows that are in no version yet",
            IsNumbered = true,
        },
        new("dataset_batch_ids", "dataset, id", "dataset text, id text, digest text, at bigint, receipt text"),
        new(
            "dataset_keys",
            "dataset, key1, key2",
            "dataset text, key1 bigint, key2 bigint, contents1 bigint, contents2 bigint") { Title = "keys of rows" },
        new("dataset_subscriptions", "dataset, name", "dataset text, name text, document text, status text")
        {
            Title = "subscriptions",
        },
        new(
            "dataset_objects",
            "dataset, subscription, path",
            "dataset text, subscription text, path text, document text"),
        new("apply_plans", "job", "job text, at bigint, document text") { Title = "batch applies" },
        new("apply_chunks", "job, number", "job text, number int, document text"),
    ];
}
