using Microsoft.Extensions.Time.Testing;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;
using Progeny.Storage.Apply;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Removal;

namespace Progeny.Storage.Tests.Datasets.Removal;

public sealed class DataSweepTests : IDisposable
{
    private static readonly HashSet<string> _none = [];
    private readonly IngestionNode node = new();
    private readonly DataSweep sweep;

    public DataSweepTests() => sweep = new DataSweep(node.Artifacts, [node.Catalog]);

    [Fact]
    public async Task Files_of_a_removed_version_go_and_those_that_another_one_shares_stay()
    {
        var first = await node.PutAsync("data.csv", "a,b\n1,2\n");
        var second = await node.PutAsync("data.csv", "a,b\n1,2\n", isAppended: true);
        await node.PutAsync("data.csv", "a,b\n5,6\n");
        second.Digest.ShouldBe(first.Digest);
        await RemoveAsync(1);
        (await SweepAsync()).ShouldBe(0);
        (await node.RowsAsync(second)).ShouldBe(["1|2", "1|2"]);

        await RemoveAsync(2);
        (await SweepAsync()).ShouldBeGreaterThanOrEqualTo(2);
        (await node.Artifacts.ExistsAsync(first.Digest!, default)).ShouldBeFalse();
        (await node.RowsAsync((await node.Catalog.FindVersionAsync("data", null, default))!)).ShouldBe(["5|6"]);
    }

    [Fact]
    public async Task Young_files_and_those_that_are_named_stay()
    {
        var digest = await node.Artifacts.PutAsync(new MemoryStream([1, 2, 3]), 10, default);
        (await sweep.RunAsync(DateTimeOffset.UtcNow.AddHours(-1), _none, default)).ShouldBe(0);
        (await sweep.RunAsync(DateTimeOffset.UtcNow.AddHours(1), new HashSet<string> { digest }, default)).ShouldBe(0);
        (await node.Artifacts.ExistsAsync(digest, default)).ShouldBeTrue();
        (await SweepAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task File_that_is_stored_again_while_it_is_swept_stays()
    {
        // Put again between the question who uses it and its removal, as an upload does that is about to be a version.
        var contents = new byte[] { 4, 5, 6 };
        var digest = await node.Artifacts.PutAsync(new MemoryStream(contents), 10, default);
        File.SetLastWriteTimeUtc(PathOf(digest), DateTime.UtcNow.AddDays(-3));
        var racing = new DataSweep(node.Artifacts, [new Putting(node.Artifacts, contents)]);
        (await racing.RunAsync(DateTimeOffset.UtcNow.AddDays(-1), _none, default)).ShouldBe(0);
        (await node.Artifacts.ExistsAsync(digest, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Files_that_are_put_all_the_time_are_there_whenever_they_were_put()
    {
        using var stop = new CancellationTokenSource();
        var contents = new byte[] { 7, 8, 9 };
        var sweeping = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await sweep.RunAsync(DateTimeOffset.UtcNow.AddMinutes(-1), _none, default);
        });
        for (var i = 0; i < 200; i++)
        {
            var digest = await node.Artifacts.PutAsync(new MemoryStream(contents), 10, default);
            (await node.Artifacts.ExistsAsync(digest, default)).ShouldBeTrue();
            if (i % 10 == 0)
                File.SetLastWriteTimeUtc(PathOf(digest), DateTime.UtcNow.AddDays(-3));
        }

        await stop.CancelAsync();
        await sweeping;
    }

    [Fact]
    public async Task Batch_apply_that_is_done_uses_its_results_only_and_those_until_they_are_old()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var database = new DatasetDatabase(node["applies.db"]);
        var ledger = new SqliteApplyLedger(database, time);
        var plan = new Core.Apply.ApplyPlan { Parts = [new("input", 3, 9)], Columns = [], Input = "file:a.csv", ChunkRows = 2, Broken = "broken" };
        await ledger.SavePlanAsync("j1", plan, default);
        await ledger.AddChunkAsync("j1", new Core.Apply.ApplyChunk { Number = 0, Rows = 2, Output = "o0", Bad = "b0" }, default);
        (await ledger.ListUsedAsync(default)).Order().ShouldBe(["b0", "broken", "input", "o0"]);
        var report = new Core.Apply.ApplyReport
        {
            Generation = "p@1:1", Input = "file:a.csv", Rows = 3, Predicted = 2, BadRows = 1, Output = "file:p.csv", File = "all", Bad = "bad",
        };
        await ledger.SavePlanAsync("j1", plan with { Report = report }, default);
        (await ledger.ListUsedAsync(default)).Order().ShouldBe(["all", "bad"]);

        await ledger.SavePlanAsync("j2", plan, default);
        time.Advance(TimeSpan.FromDays(31));
        (await ledger.RemoveAsync(time.GetUtcNow().AddDays(-30), new HashSet<string> { "j2" }, default)).ShouldBe(1);
        (await ledger.FindPlanAsync("j1", default)).ShouldBeNull();
        (await ledger.ListUsedAsync(default)).Order().ShouldBe(["broken", "input"]);
    }

    public void Dispose() => node.Dispose();

    private Task<int> SweepAsync() => sweep.RunAsync(DateTimeOffset.UtcNow.AddMinutes(1), _none, default);

    private string PathOf(string digest) => Path.Combine(node["artifacts"], digest[..2], digest[2..]);

    private async Task RemoveAsync(int version) =>
        (await node.Catalog.RemoveVersionAsync("data", version, new DatasetRemoval("ann", DateTimeOffset.UtcNow, null), default))!
            .NeededBy.ShouldBeEmpty();

    private sealed class Putting(IDataArtifactStore store, byte[] contents) : IDataArtifactUses
    {
        public async Task<IReadOnlyCollection<string>> ListUsedAsync(CancellationToken cancellationToken)
        {
            await store.PutAsync(new MemoryStream(contents), 10, cancellationToken);
            return [];
        }
    }
}
