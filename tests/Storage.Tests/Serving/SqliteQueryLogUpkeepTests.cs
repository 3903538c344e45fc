using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Serving;

/// <summary>What happens to the log of a file over time: its index is merged, too.</summary>
public sealed class SqliteQueryLogUpkeepTests : QueryLogUpkeepTests
{
    private readonly SqliteHome home;

    public SqliteQueryLogUpkeepTests()
        : this(new SqliteHome())
    {
    }

    private SqliteQueryLogUpkeepTests(SqliteHome home)
        : base(home)
    {
        this.home = home;
    }

    private IQueryLog Log => home.Log();

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
        home.Reopen();
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
    public void Upkeep_removes_a_part_at_a_time_and_then_the_runs_of_the_index_that_hold_nothing()
    {
        Log.Append(Batches(Many(70_000), TimeSpan.FromDays(1)));
        Scalar("SELECT count(*) FROM id_runs WHERE state = 1").ShouldBe(1);
        var later = home.Log(new FixedTime(Noon.AddDays(2)));
        var rounds = 0;
        while (later.Upkeep())
            rounds++;

        rounds.ShouldBeGreaterThan(0);
        Scalar("SELECT count(*) FROM id_runs WHERE state = 1").ShouldBe(0);
    }

    [Fact]
    public async Task Append_when_the_file_cannot_be_written_leaves_nothing_behind_and_works_afterwards()
    {
        Log.Append(Batches([Create("a")], TimeSpan.FromDays(1)));
        using (var other = new SqliteConnection($"Data Source={home.Path};Pooling=False"))
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
        using var connection = new SqliteConnection($"Data Source={home.Path};Mode=ReadOnly;Pooling=False");
        return connection.ExecuteScalar<long>(sql);
    }
}
