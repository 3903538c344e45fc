using Progeny.Abstractions.Releases;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Serving;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

public sealed class SqliteQueryLogTailTests : IDisposable
{
    private static readonly GenerationReference First = new("flights", "1.0.0", 1);

    private readonly TemporaryFolder folder = new();
    private QueryDatabase database;
    private QueryLogTail tail;

    public SqliteQueryLogTailTests() => Open();

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Segments_come_in_the_order_of_the_log_behind_a_place()
    {
        (await tail.ReadAsync(0, default)).ShouldBeEmpty();
        var log = new SqliteQueryLog(database, TimeProvider.System);
        await log.AppendAsync([Create("a"), Create("b")], default);
        await log.AppendAsync([Create("c", generation: 2)], default);
        (await tail.ReadAsync(0, default)).Select(segment => (segment.First, segment.End)).ShouldBe([(1, 3), (3, 4)]);
        (await tail.ReadAsync(2, default)).Select(segment => segment.Batch.Generation.Generation).ShouldBe([2]);
        (await tail.ReadAsync(3, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_is_before_the_first_record_that_is_not_counted()
    {
        var log = new SqliteQueryLog(database, TimeProvider.System);
        (await StartAsync()).ShouldBe(0);
        await log.AppendAsync([Create("a"), Create("b")], default);
        await log.AppendAsync([Create("c", generation: 2)], default);
        await log.AppendAsync([Create("d")], default);
        (await StartAsync()).ShouldBe(0);
        (await StartAsync((1, 2))).ShouldBe(2);
        (await StartAsync((1, 4))).ShouldBe(2);
        (await StartAsync((1, 2), (2, 3))).ShouldBe(3);
        (await StartAsync((1, 4), (2, 3))).ShouldBe(4);
    }

    [Fact]
    public async Task Identity_is_of_the_file()
    {
        var id = await tail.ReadIdAsync(default);
        database.Dispose();
        Open();
        (await tail.ReadIdAsync(default)).ShouldBe(id);
        using var other = new QueryDatabase(folder["other.db"]);
        (await new QueryLogTail(other).ReadIdAsync(default)).ShouldNotBe(id);
    }

    private Task<long> StartAsync(params (int Generation, long Through)[] counted) => tail.FindStartAsync(
        counted.ToDictionary(one => First with { Generation = one.Generation }, one => one.Through), default);

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(database), nameof(tail))]
    private void Open()
    {
        database = new QueryDatabase(folder["queries.db"]);
        tail = new QueryLogTail(database);
    }
}
