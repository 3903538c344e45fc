using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Tests.QueryLog;

public sealed class BoundedBatchesTests
{
    [Fact]
    public void Batches_beyond_the_bounds_are_dropped_and_counted_until_there_is_room_again()
    {
        var batches = new BoundedBatches(maxRecords: 100, maxBytes: 1_000);
        batches.TryAdd(Batch(60, 10)).ShouldBeTrue();
        batches.TryAdd(Batch(50, 10)).ShouldBeFalse();
        batches.TryAdd(Batch(40, 991)).ShouldBeFalse();
        batches.TryAdd(Batch(40, 990)).ShouldBeTrue();
        (batches.Waiting, batches.Dropped).ShouldBe((100, 90));

        // Taking is not enough: who takes a batch still holds it.
        batches.TryTake(out var first).ShouldBeTrue();
        first.Count.ShouldBe(60);
        batches.TryAdd(Batch(1, 1)).ShouldBeFalse();
        batches.Free(first);
        batches.TryAdd(Batch(60, 10)).ShouldBeTrue();
        (batches.Waiting, batches.Dropped).ShouldBe((100, 91));
    }

    [Fact]
    public void Batch_larger_than_the_bounds_finds_room_alone()
    {
        var batches = new BoundedBatches(maxRecords: 10, maxBytes: 10);
        batches.TryAdd(Batch(500, 500)).ShouldBeTrue();
        batches.TryAdd(Batch(1, 1)).ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_waits_hears_of_the_end()
    {
        var batches = new BoundedBatches(10, 10);
        var waiting = batches.WaitAsync(default).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        batches.TryAdd(Batch(1, 1));
        (await waiting).ShouldBeTrue();
        batches.Complete();
        batches.TryAdd(Batch(1, 1)).ShouldBeFalse();
        batches.TryTake(out _).ShouldBeTrue();
        (await batches.WaitAsync(default)).ShouldBeFalse();
    }

    private static QueryBatch Batch(int records, int bytes) => new()
    {
        Project = "p",
        Generation = GenerationReference.Parse("p@1.0.0:1"),
        Layout = new QueryLayout(),
        Count = records,
        Data = new byte[bytes],
        Retention = TimeSpan.FromDays(1),
    };
}
