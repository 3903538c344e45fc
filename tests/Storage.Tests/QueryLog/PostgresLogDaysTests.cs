using Dapper;
using Npgsql;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Postgres;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

/// <summary>The days of the log are partitions, which come by themselves and go as a whole.</summary>
[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresLogDaysTests(ClusterServer server) : IDisposable
{
    private readonly PostgresHome home = new(server);

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Days_are_made_once_by_nodes_that_start_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Factory.StartNew(
            () => new PostgresQueryLog(home.Node()).Append(Batches([Create($"q{i}")], TimeSpan.FromDays(9))),
            TaskCreationOptions.LongRunning)));

        (await PartitionsAsync()).Count.ShouldBe(4);
        (await home.Log().MeasureAsync("flights", default)).Records.ShouldBe(10);
    }

    [ContractFact]
    public async Task Record_is_found_by_id_and_place_whatever_day_it_is_of()
    {
        await FillAsync();

        foreach (var (id, sequence) in new[] { ("a1", 1), ("b1", 3), ("c1", 5) })
        {
            (await home.Log().FindAsync("flights", id, default))!.Sequence.ShouldBe(sequence);
            (await home.Log().ReadRequestAsync(sequence, default)).Rows.Single().QueryId.ShouldBe(id);
        }

        (await home.Log().ListAsync("flights", null, null, null, 10, default)).Select(query => query.Sequence).ShouldBe([5, 4, 3, 2, 1]);
        (await new QueryLogTail(home.Store).ReadAsync(0, default)).Select(segment => segment.First).ShouldBe([1, 2, 3, 4, 5]);
        (await new QueryLogTail(home.Store).ReadAsync(2, default)).Select(segment => segment.First).ShouldBe([3, 4, 5]);
        var (last, requests) = await home.Log().CountRequestsAsync("flights", 1, default);
        (last, requests.Sum(request => request.Requests)).ShouldBe((5, 4));
    }

    [ContractFact]
    public async Task Day_goes_as_a_whole_when_nothing_in_it_has_to_be_kept()
    {
        await FillAsync();
        var later = home.Log(new FixedTime(Noon.AddDays(20)));

        while (later.Upkeep())
            continue;

        (await PartitionsAsync()).Where(name => name.EndsWith("20200101", StringComparison.Ordinal)).ShouldBeEmpty();
        (await PartitionsAsync()).Where(name => name.EndsWith("20200102", StringComparison.Ordinal)).Count().ShouldBe(2);
        (await home.Log().ListAsync("flights", null, null, null, 10, default)).Select(query => query.Record.QueryId).ShouldBe(["b2"]);
        (await home.Log().FindAsync("flights", "a1", default)).ShouldBeNull();
        (await home.Log().ReadRequestAsync(1, default)).Index.ShouldBe(-1);
        (await new QueryLogTail(home.Store).ReadAsync(0, default)).Select(segment => segment.First).ShouldBe([4]);
        home.Log().Append(Batches([Create("next")], TimeSpan.FromDays(9)));
        (await home.Log().FindAsync("flights", "next", default))!.Sequence.ShouldBe(6);
    }

    [ContractFact]
    public async Task Day_that_somebody_reads_is_dropped_another_time()
    {
        await FillAsync();
        var later = home.Log(new FixedTime(Noon.AddDays(20)));
        await using (var reader = new NpgsqlConnection(home.ConnectionString))
        {
            await reader.OpenAsync();
            await using var transaction = await reader.BeginTransactionAsync();
            await reader.QueryAsync("SELECT * FROM segments");
            while (later.Upkeep())
                continue;
            (await PartitionsAsync()).ShouldContain("segments_20200101");
            (await home.Log().ListAsync("flights", null, null, null, 10, default)).Select(query => query.Record.QueryId).ShouldBe(["b2"]);
        }

        while (later.Upkeep())
            continue;
        (await PartitionsAsync()).ShouldNotContain("segments_20200101");
    }

    [ContractFact]
    public async Task Day_of_a_project_that_does_not_run_is_kept()
    {
        await FillAsync();
        var running = new RetentionScope();
        running.Add("other");
        var later = home.Log(new FixedTime(Noon.AddDays(20)), running);

        while (later.Upkeep())
            continue;

        (await home.Log().ListAsync("flights", null, null, null, 10, default)).Count.ShouldBe(5);
    }

    /// <summary>Two days before this one, of which the first holds nothing that is kept for long.</summary>
    private async Task FillAsync()
    {
        var log = home.Log();
        log.Append(Batches([Create("a1")], TimeSpan.FromDays(9)));
        log.Append(Batches([Create("a2")], TimeSpan.FromDays(9)));
        await MoveTodayAsync(20200101);
        log.Append(Batches([Create("b1")], TimeSpan.FromDays(9)));
        log.Append(Batches([Create("b2", generation: 2)], TimeSpan.FromDays(90)));
        await MoveTodayAsync(20200102);
        log.Append(Batches([Create("c1")], TimeSpan.FromDays(9)));
    }

    /// <summary>Makes what was appended until now that of another day.</summary>
    private async Task MoveTodayAsync(int day)
    {
        var today = (await home.QueryAsync<int>("SELECT day FROM log_end")).Single();
        foreach (var table in (string[])["segments", "query_ids"])
        {
            await home.QueryAsync<int>(
                $"""
                ALTER TABLE {table} DETACH PARTITION {table}_{today};
                ALTER TABLE {table}_{today} RENAME TO {table}_{day};
                UPDATE {table}_{day} SET day = {day};
                ALTER TABLE {table} ATTACH PARTITION {table}_{day} FOR VALUES IN ({day});
                """);
        }

        await home.QueryAsync<int>($"UPDATE log_days SET day = {day} WHERE day = {today}; UPDATE log_end SET day = NULL");
    }

    private Task<IReadOnlyList<string>> PartitionsAsync() =>
        home.QueryAsync<string>(
            "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent IN ('segments'::regclass, "
                + "'query_ids'::regclass)");
}
