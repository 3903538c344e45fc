using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.QueryLog.Sqlite;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Serving;

/// <summary>What happens to the log over time: its index is merged, old records go.</summary>
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
        var outcomes = new OutcomeStore(Database);
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
