using Progeny.Abstractions.Releases;
using Progeny.Storage.QueryLog;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

/// <summary>What every query log that is read in its order keeps.</summary>
public abstract class QueryLogTailTests(LogHome home) : IDisposable
{
    private static readonly GenerationReference First = new("flights", "1.0.0", 1);

    private QueryLogTail tail = new(home.Store);

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Segments_come_in_the_order_of_the_log_behind_a_place()
    {
        (await tail.ReadAsync(0, default)).ShouldBeEmpty();
        var log = home.Log();
        await log.AppendAsync([Create("a"), Create("b")], default);
        await log.AppendAsync([Create("c", generation: 2)], default);
        (await tail.ReadAsync(0, default)).Select(segment => (segment.First, segment.End)).ShouldBe([(1, 3), (3, 4)]);
        (await tail.ReadAsync(2, default)).Select(segment => segment.Batch.Generation.Generation).ShouldBe([2]);
        (await tail.ReadAsync(3, default)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Start_is_before_the_first_record_that_is_not_counted()
    {
        var log = home.Log();
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

    [ContractFact]
    public async Task Identity_is_of_the_database()
    {
        var id = await tail.ReadIdAsync(default);
        home.Reopen();
        tail = new QueryLogTail(home.Store);
        (await tail.ReadIdAsync(default)).ShouldBe(id);
        using var other = await home.OtherAsync();
        (await new QueryLogTail(other.Store).ReadIdAsync(default)).ShouldNotBe(id);
    }

    private Task<long> StartAsync(params (int Generation, long Through)[] counted) => tail.FindStartAsync(
        counted.ToDictionary(one => First with { Generation = one.Generation }, one => one.Through), default);
}
