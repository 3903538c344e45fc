using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Serving;
using Progeny.Storage.Feedback;
using Progeny.Storage.Serving;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Serving;

/// <summary>What happens to the log over time: its index is merged, old records go, files of earlier versions are taken over.</summary>
public sealed class QueryLogUpkeepTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private QueryDatabase? database;

    private QueryDatabase Database => database ??= new QueryDatabase(folder["queries.db"]);

    private SqliteQueryLog Log => new(Database, TimeProvider.System);

    public void Dispose()
    {
        database?.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Find_when_the_index_has_been_merged_finds_old_and_new_also_after_a_restart()
    {
        const int records = (9 * 65_536) + 40_000, batch = 20_000;
        for (var i = 0; i < records; i += batch)
            Log.Append(Batches(Enumerable.Range(i, Math.Min(batch, records - i)).Select(n => Create($"q{n}")), TimeSpan.FromDays(90)));
        Log.Append(Batches([Create("q7", generation: 2)], TimeSpan.FromDays(90)));

        Scalar("SELECT max(level) FROM id_runs WHERE state = 1").ShouldBe(1);
        Scalar("SELECT count(*) FROM id_runs WHERE state = 1").ShouldBe(2);
        await RequireAsync();
        Reopen();
        await RequireAsync();

        async Task RequireAsync()
        {
            foreach (var n in (int[])[0, 65_535, 65_536, 300_000, (8 * 65_536) - 1, 9 * 65_536, records - 1])
                (await Log.FindAsync("flights", $"q{n}", default))!.Sequence.ShouldBe(n + 1);
            var repeated = (await Log.FindAsync("flights", "q7", default))!;
            (repeated.Sequence, repeated.Attempts, repeated.Record.Generation).ShouldBe((records + 1, 2, 2));
            (await Log.FindAsync("flights", $"q{records}", default)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Upkeep_removes_what_is_older_than_its_project_keeps_it()
    {
        Log.Append(Batches(Many(70_000), TimeSpan.FromDays(1)));
        Log.Append(Batches(Many(10, "o", "other"), TimeSpan.FromDays(30)));
        var later = new SqliteQueryLog(Database, new FixedTime(Noon.AddDays(2)));

        var rounds = 0;
        while (later.Upkeep())
            rounds++;

        rounds.ShouldBeGreaterThan(0);
        (await Log.ListAsync("flights", null, null, null, 10, default)).ShouldBeEmpty();
        (await Log.FindAsync("flights", "q3", default)).ShouldBeNull();
        (await Log.ListAsync("other", null, null, null, 100, default)).Count.ShouldBe(10);
        Scalar("SELECT count(*) FROM id_runs WHERE state = 1").ShouldBe(0);
        new SqliteQueryLog(Database, new FixedTime(Noon.AddDays(40))).Upkeep().ShouldBeFalse();
        Reopen();
        Log.Append(Batches([Create("next")], TimeSpan.FromDays(1)));
        (await Log.FindAsync("flights", "next", default))!.Sequence.ShouldBe(70_011);
    }

    [Fact]
    public async Task Upkeep_keeps_each_record_as_long_as_the_manifest_says_that_it_was_answered_under()
    {
        Log.Append(Batches([Create("long")], TimeSpan.FromDays(90)));
        Log.Append(Batches([Create("short", generation: 2)], TimeSpan.FromDays(2)));
        Log.Append(Batches([Create("young", generation: 2) with { At = Noon.AddDays(9) }], TimeSpan.FromDays(2)));

        new SqliteQueryLog(Database, new FixedTime(Noon.AddDays(10))).Upkeep().ShouldBeFalse();

        (await Log.FindAsync("flights", "long", default)).ShouldNotBeNull();
        (await Log.FindAsync("flights", "short", default)).ShouldBeNull();
        (await Log.FindAsync("flights", "young", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Upkeep_removes_nothing_of_a_project_that_has_ended()
    {
        Log.Append(Batches([Create("a"), Create("b", "other")], TimeSpan.FromDays(1)));
        var outcomes = new SqliteOutcomeStore(Database);
        await outcomes.ReportAsync("flights", [new("unknown", "late", null, Noon)], default);
        await outcomes.ReportAsync("other", [new("unknown", "late", null, Noon), new("newest", "late", null, Noon)], default);
        var running = new RetentionScope();
        running.Add("flights");
        running.Add("other");
        running.Remove("flights");
        var later = new SqliteQueryLog(Database, new FixedTime(Noon.AddDays(2)), running);

        while (later.Upkeep())
            continue;

        (await Log.FindAsync("flights", "a", default)).ShouldNotBeNull();
        (await Log.FindAsync("other", "b", default)).ShouldBeNull();
        (await outcomes.ListAsync(0, 10, default)).Select(entry => (entry.Project, entry.QueryId)).ShouldBe([("flights", "unknown"), ("other", "newest")]);
    }

    [Fact]
    public async Task Begins_say_from_where_on_each_generation_has_records()
    {
        Log.Append(Batches([Create("a"), Create("b", generation: 2), Create("c", "other")], TimeSpan.FromDays(30)));
        Log.Append(Batches([Create("d", generation: 2) with { At = Noon.AddDays(-40) }], TimeSpan.FromDays(30)));
        (await Begins()).ShouldBe([(1, 1, Noon), (2, 2, Noon.AddDays(-40))]);
        new SqliteQueryLog(Database, new FixedTime(Noon.AddDays(31))).Upkeep().ShouldBeFalse();
        (await Begins()).ShouldBe([(1, 5, null), (2, 5, null)]);

        async Task<IEnumerable<(int, long, DateTimeOffset?)>> Begins() =>
            (await Log.ReadBeginsAsync("flights", default)).Select(begin => (begin.Generation.Generation, begin.Sequence, begin.At));
    }

    [Fact]
    public async Task Append_when_the_file_cannot_be_written_leaves_nothing_behind_and_works_afterwards()
    {
        Log.Append(Batches([Create("a")], TimeSpan.FromDays(1)));
        using (var other = new SqliteConnection($"Data Source={folder["queries.db"]};Pooling=False"))
        {
            await other.OpenAsync();
            using var held = other.BeginTransaction(deferred: false);
            Should.Throw<SqliteException>(() => Log.Append(Batches([Create("b", "new project")], TimeSpan.FromDays(1))));
        }

        Log.Append(Batches([Create("c", "new project")], TimeSpan.FromDays(1)));
        (await Log.FindAsync("new project", "b", default)).ShouldBeNull();
        (await Log.FindAsync("new project", "c", default))!.Sequence.ShouldBe(2);
    }

    [Fact]
    public async Task File_of_the_first_version_is_taken_over_and_loses_nothing()
    {
        var full = Create("q5") with
        {
            At = Noon.AddTicks(120), Entity = "é", Augmented = """{"s":"CA"}""", Rules = """["cold start"]""", Latency = new QueryLatency(0, 127, 128, int.MaxValue),
        };
        var failed = Create("failed") with { Prediction = null, Error = "The model refused.", Arm = "b", Reason = "requested" };
        var records = Enumerable.Range(1, 2_500).Select(i => Create($"q{i}", generation: i < 1_700 ? 1 : 2) with { Entity = $"e{i}" }).ToList();
        records[4] = full;
        records[9] = failed;
        CreateFirstVersion(records);

        (await Log.ListAsync("flights", null, null, 2_501, 1_000, default)).Select(query => (query.Sequence, query.Record))
            .ShouldBe(Enumerable.Range(0, 1_000).Select(i => (2_500L - i, records[2_499 - i])));
        (await Log.FindAsync("flights", "q5", default))!.Record.ShouldBe(full);
        (await Log.FindAsync("flights", "failed", default))!.Record.ShouldBe(failed);
        var repeated = (await Log.FindAsync("flights", "q1", default))!;
        (repeated.Sequence, repeated.Attempts, repeated.Outcomes.Single().Value).ShouldBe((4_000, 2, "late"));
        var served = new List<long>();
        await foreach (var outcome in Log.ReadServedAsync("flights", null, null, 0, [], default))
            served.Add(outcome.Sequence);
        served.ShouldBe([1, 4_000]);
        Log.Append(Batches([Create("next")], TimeSpan.FromDays(1)));
        (await Log.FindAsync("flights", "next", default))!.Sequence.ShouldBe(4_001);
        Scalar("SELECT count(*) FROM sqlite_schema WHERE name IN ('records', 'record_ids', 'old_origins')").ShouldBe(0);
    }

    /// <summary>Writes the records as version 1 did, with a gap before one that repeats the first id, and an outcome of that.</summary>
    private void CreateFirstVersion(IReadOnlyList<QueryRecord> records)
    {
        using var connection = new SqliteConnection($"Data Source={folder["queries.db"]};Pooling=False");
        connection.Open();
        connection.Execute(
            """
            CREATE TABLE origins (id INTEGER PRIMARY KEY, project TEXT NOT NULL, release TEXT NOT NULL, generation INTEGER NOT NULL, arm TEXT NOT NULL,
                reason TEXT NOT NULL, UNIQUE (project, release, generation, arm, reason)) STRICT;
            CREATE TABLE records (seq INTEGER PRIMARY KEY, origin INTEGER NOT NULL, at INTEGER NOT NULL, hash INTEGER NOT NULL, query_id TEXT NOT NULL, entity TEXT,
                fields TEXT NOT NULL, augmented TEXT, prediction TEXT, error TEXT, rules TEXT, latency BLOB NOT NULL) STRICT;
            CREATE INDEX records_by_origin ON records (origin);
            CREATE TABLE record_ids (block INTEGER NOT NULL, hash INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (block, hash, seq)) STRICT, WITHOUT ROWID;
            CREATE TABLE outcomes (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, project TEXT NOT NULL, query_id TEXT NOT NULL, value TEXT NOT NULL,
                observed_at INTEGER, reported_at INTEGER NOT NULL) STRICT;
            CREATE INDEX outcomes_by_hash ON outcomes (hash);
            PRAGMA user_version = 1;
            """);
        using var transaction = connection.BeginTransaction();
        var sequence = 0;
        foreach (var record in records)
            Insert(++sequence, record);
        Insert(4_000, Create("q1", generation: 2));
        connection.Execute(
            "INSERT INTO outcomes (hash, project, query_id, value, reported_at) VALUES (:hash, 'flights', 'q1', 'late', 0)",
            new { hash = QueryHash.Of("flights", "q1") }, transaction);
        transaction.Commit();

        void Insert(int seq, QueryRecord record)
        {
            connection.Execute(
                "INSERT OR IGNORE INTO origins (project, release, generation, arm, reason) VALUES (:Project, :Release, :Generation, :Arm, :Reason)", record, transaction);
            var origin = connection.ExecuteScalar<long>(
                "SELECT id FROM origins WHERE release = :Release AND generation = :Generation AND arm = :Arm AND reason = :Reason", record, transaction);
            connection.Execute(
                """
                INSERT INTO records VALUES (:seq, :origin, :at, :hash, :QueryId, :Entity, :Fields, :Augmented, :Prediction, :Error, :Rules, :latency)
                """,
                new
                {
                    seq, origin, at = (record.At.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10, hash = QueryHash.Of(record.Project, record.QueryId), record.QueryId,
                    record.Entity, record.Fields, record.Augmented, record.Prediction, record.Error, record.Rules, latency = Latency(record.Latency),
                },
                transaction);
        }
    }

    private static byte[] Latency(QueryLatency latency)
    {
        var bytes = new List<byte>();
        foreach (var part in (int[])[latency.Augment, latency.Queue, latency.Predict, latency.Total])
        {
            var rest = (uint)part;
            for (; rest > 0x7f; rest >>= 7)
                bytes.Add((byte)(rest | 0x80));
            bytes.Add((byte)rest);
        }

        return [.. bytes];
    }

    private long Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder["queries.db"]};Mode=ReadOnly;Pooling=False");
        return connection.ExecuteScalar<long>(sql);
    }

    private void Reopen()
    {
        database!.Dispose();
        database = null;
    }
}
