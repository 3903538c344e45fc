using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.QueryLog;

public sealed class QueryLogBufferTests : IAsyncLifetime, IDisposable
{
    private static readonly ServedGeneration _fast = Serve(QueryLogMode.Fast);
    private static readonly ServedGeneration _durable = Serve(QueryLogMode.Durable);

    private readonly RecordingLog log = new();
    private readonly Sink sink = new();
    private QueryLogBuffer buffer = null!;

    public Task InitializeAsync()
    {
        buffer = new QueryLogBuffer(log, [new BrokenSink(), sink], NullLogger<QueryLogBuffer>.Instance);
        buffer.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        log.Failing = false;
        log.Disk.Set();
        await buffer.StopAsync();
    }

    public void Dispose() => buffer.Dispose();

    [Fact]
    public async Task Fast_record_is_taken_at_once_and_written_soon()
    {
        log.Disk.Reset();
        var taken = buffer.AddAsync(Entry(_fast, "a"));

        taken.IsCompletedSuccessfully.ShouldBeTrue();
        (await taken).ShouldBeTrue();
        buffer.Waiting.ShouldBe(1);
        log.Disk.Set();
        await RecordingLog.UntilAsync(() => log.Ids.Count == 1);
        ShownRecord.Of(log.Written[0]).ShouldBe(ExpectedRecords.Of(Entry(_fast, "a")).Single());
        await RecordingLog.UntilAsync(() => buffer.Waiting == 0);
    }

    [Fact]
    public async Task Record_that_still_waits_is_found_and_one_that_never_was_is_not()
    {
        await buffer.AddAsync(Entry(_fast, "a"));

        (await buffer.FindAsync("p", "a", CancellationToken.None)).ShouldNotBeNull().Record.QueryId.ShouldBe("a");
        (await buffer.FindAsync("p", "b", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Disk_that_stands_still_does_not_hold_up_who_looks()
    {
        log.Disk.Reset();
        await buffer.AddAsync(Entry(_fast, "a"));

        (await buffer.FindAsync("p", "a", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Durable_record_is_taken_when_it_is_on_disk_and_published_afterwards()
    {
        log.Disk.Reset();
        var taken = AddAsync("a");
        await RecordingLog.UntilAsync(() => log.Attempts == 1);

        taken.IsCompleted.ShouldBeFalse();
        sink.Ids.ShouldBeEmpty();
        log.Disk.Set();
        (await taken).ShouldBeTrue();
        log.Ids.ShouldBe(["a"]);
        await RecordingLog.UntilAsync(() => sink.Ids.Count == 1);
    }

    [Fact]
    public async Task Durable_records_that_come_while_the_disk_is_busy_share_the_next_write()
    {
        log.Disk.Reset();
        var first = AddAsync("first");
        await RecordingLog.UntilAsync(() => log.Attempts == 1);
        var others = Enumerable.Range(0, 50).Select(i => buffer.AddAsync(Entry(_durable, $"q{i}", i)).AsTask()).ToList();
        log.Disk.Set();

        (await first).ShouldBeTrue();
        (await Task.WhenAll(others)).ShouldAllBe(written => written);
        log.Journaled.ShouldBe(["first", .. Enumerable.Range(0, 50).Select(i => $"q{i}")]);
        log.Attempts.ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task Durable_record_after_a_slow_write_does_not_hold_the_thread_of_its_query()
    {
        log.Disk.Reset();
        var first = AddAsync("first");
        await RecordingLog.UntilAsync(() => log.Attempts == 1);
        var started = Stopwatch.GetTimestamp();
        await RecordingLog.UntilAsync(() => Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(50));
        log.Disk.Set();
        (await first).ShouldBeTrue();

        log.Disk.Reset();
        var second = await Task.Run(() => new[] { buffer.AddAsync(Entry(_durable, "second")) }).WaitAsync(TimeSpan.FromSeconds(10));
        second[0].IsCompleted.ShouldBeFalse();
        log.Disk.Set();
        (await second[0]).ShouldBeTrue();
    }

    [Fact]
    public async Task Durable_records_are_refused_while_the_log_cannot_take_what_is_in_the_journal_and_no_longer()
    {
        log.FailingAppend = true;
        (await buffer.AddAsync(Entry(_durable, "a"))).ShouldBeTrue();
        await RecordingLog.UntilAsync(() => log.Attempts >= 2);
        (await EventuallyAsync("refused", written: false)).ShouldBeTrue();

        log.FailingAppend = false;
        (await EventuallyAsync("b", written: true)).ShouldBeTrue();
        await buffer.StopAsync();
        log.Journaled.ShouldContain("a");
        log.Journaled.Count(id => id == "b").ShouldBe(1);

        async Task<bool> EventuallyAsync(string id, bool written)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await buffer.AddAsync(Entry(_durable, written ? id : Guid.NewGuid().ToString())) != written)
                await Task.Delay(2, patience.Token);
            return true;
        }
    }

    [Fact]
    public async Task Durable_record_that_cannot_be_written_is_refused_and_never_written()
    {
        log.Failing = true;
        (await buffer.AddAsync(Entry(_durable, "refused"))).ShouldBeFalse();
        log.Failing = false;
        (await buffer.AddAsync(Entry(_durable, "a"))).ShouldBeTrue();

        log.Ids.ShouldBe(["a"]);
        buffer.Dropped.ShouldBe(1);
        await RecordingLog.UntilAsync(() => sink.Ids.Count == 1);
        sink.Ids.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Fast_records_that_cannot_be_written_are_kept_and_published_once()
    {
        log.Failing = true;
        await buffer.AddAsync(Entry(_fast, "a"));
        await RecordingLog.UntilAsync(() => log.Attempts >= 1);
        await buffer.AddAsync(Entry(_fast, "b", 1));
        log.Failing = false;

        await RecordingLog.UntilAsync(() => log.Ids.Count == 2);
        log.Ids.ShouldBe(["a", "b"]);
        sink.Ids.ShouldBe(["a", "b"], ignoreOrder: true);
        buffer.Dropped.ShouldBe(0);
    }

    [Fact]
    public async Task Records_beyond_the_bound_are_dropped_and_counted_and_nobody_waits()
    {
        using var small = new QueryLogBuffer(log, [], NullLogger<QueryLogBuffer>.Instance, maxBytes: 20_000);
        small.Start();
        log.Disk.Reset();
        var (taken, refused) = (0, 0);
        for (var i = 0; i < 5_000; i++)
        {
            var answer = small.AddAsync(Entry(_fast, $"q{i}", i));
            answer.IsCompleted.ShouldBeTrue();
            _ = await answer ? taken++ : refused++;
        }

        refused.ShouldBeGreaterThan(0);
        small.Dropped.ShouldBe(refused);
        small.Waiting.ShouldBe(taken);
        log.Disk.Set();
        await small.StopAsync();
        log.Ids.Count.ShouldBe(taken);
    }

    [Fact]
    public async Task Dispose_without_a_stop_refuses_what_comes_later_and_ends_no_process()
    {
        var left = new QueryLogBuffer(log, [], NullLogger<QueryLogBuffer>.Instance);
        left.Start();
        await left.AddAsync(Entry(_fast, "taken"));
        left.Dispose();
        await left.StopAsync();
        log.Ids.ShouldBe(["taken"]);
        left.Dispose();
    }

    [Fact]
    public async Task Stop_writes_what_was_taken_and_refuses_what_comes_later()
    {
        for (var i = 0; i < 100; i++)
            await buffer.AddAsync(Entry(_fast, $"q{i}", i));
        await buffer.StopAsync();

        log.Ids.ShouldBe(Enumerable.Range(0, 100).Select(i => $"q{i}"));
        (await buffer.AddAsync(Entry(_fast, "late"))).ShouldBeFalse();
        buffer.Dropped.ShouldBe(1);
    }

    [Fact]
    public async Task Entry_that_cannot_be_written_out_is_refused_and_the_others_are_not()
    {
        var bad = new QueryLogEntry
        {
            At = default, Plan = _durable.Log, Arm = "champion", Reason = "share", QueryIds = [
                "bad",
            ], Tensors = new InferQuery { Inputs = [null!] }, Latency = default,
        };

        (await buffer.AddAsync(bad)).ShouldBeFalse();
        (await buffer.AddAsync(Entry(_durable, "a"))).ShouldBeTrue();
        log.Ids.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Project_without_a_log_writes_nothing()
    {
        (await buffer.AddAsync(Entry(Serve(QueryLogMode.None), "a"))).ShouldBeTrue();
        (await buffer.AddAsync(Entry(_durable, "b"))).ShouldBeTrue();
        log.Ids.ShouldBe(["b"]);
    }

    [Fact]
    public async Task Records_of_many_threads_are_written_once_each_in_the_order_of_time()
    {
        const int threads = 8, each = 1_000;
        var clock = 0;
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
                (await buffer.AddAsync(
                    Entry(i % 50 == 0 ? _durable : _fast, $"{thread}-{i}", Interlocked.Increment(ref clock)))).ShouldBeTrue();
        })));
        await buffer.StopAsync();

        log.Ids.Order()
            .ShouldBe(Enumerable.Range(0, threads).SelectMany(thread => Enumerable.Range(0, each).Select(i => $"{thread}-{i}")).Order());
        sink.Ids.Order().ShouldBe(log.Ids.Order());
        for (var thread = 0; thread < threads; thread++)
        {
            // Of one client and one log, in the order in which it asked.
            var own = log.Ids.Where(id => id.StartsWith($"{thread}-", StringComparison.Ordinal)).Select(id => int.Parse(id[2..]))
                .Where(i => i % 50 != 0);
            own.ShouldBe(Enumerable.Range(0, each).Where(i => i % 50 != 0));
        }
    }

    /// <summary>Adds on another thread: the disk may hold up who adds a durable record.</summary>
    private Task<bool> AddAsync(string id) => Task.Run(() => buffer.AddAsync(Entry(_durable, id)).AsTask());

    private static ServedGeneration Serve(QueryLogMode mode) =>
        RandomEntries.Serve(
            ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("x")) with
            {
                Serving = new ServingManifest { Log = mode },
            });

    private static QueryLogEntry Entry(ServedGeneration served, string id, int tick = 0) => new()
    {
        At = DateTimeOffset.UnixEpoch.AddTicks(tick),
        Plan = served.Log,
        Arm = "champion",
        Reason = "share",
        QueryIds = [id],
        Rows = ServedManifests.Read(served.Manifest, """{"x":1.5}"""),
        Prediction = new Prediction { Classes = [], Scores = new float[] { 2.5f }, Labels = default },
        Latency = new QueryLatency(1, 2, 3, 4),
    };

    private sealed class Sink : IQueryBatchSink
    {
        private readonly ConcurrentQueue<string> ids = [];

        public IReadOnlyList<string> Ids => [.. ids];

        public void Accept(QueryBatch batch)
        {
            var reader = new QueryBatchReader(batch);
            while (reader.Read())
                ids.Enqueue(reader.QueryId);
        }
    }

    private sealed class BrokenSink : IQueryBatchSink
    {
        public void Accept(QueryBatch batch) => throw new InvalidOperationException("This sink is broken.");
    }
}
