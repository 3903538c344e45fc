using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Feedback;

/// <summary>Reports of outcomes that reach several nodes of a cluster at once.</summary>
[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresReportOrderTests(ClusterServer server) : IDisposable
{
    private const int Nodes = 6;
    private const int Calls = 30;

    private readonly PostgresHome home = new(server);

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Reports_of_one_query_at_once_have_one_first_and_a_reader_with_a_cursor_misses_none()
    {
        using var reported = new CancellationTokenSource();
        var followed = Task.Run(() => FollowAsync(reported.Token));
        var receipts = await Task.WhenAll(Enumerable.Range(0, Nodes).Select(async node =>
        {
            var outcomes = new OutcomeStore(home.Node());
            var receipt = new OutcomeReceipt(0, 0, 0, 0);
            for (var i = 0; i < Calls; i++)
                receipt += await outcomes.ReportAsync(
                    "flights", [new("q", $"{node}-{i}", null, Noon), new($"own{node}-{i}", "late", null, Noon)], default);
            return receipt;
        }));
        await reported.CancelAsync();

        var all = receipts.Aggregate((one, other) => one + other);
        (all.Accepted, all.Corrected, all.Repeated).ShouldBe((1 + (Nodes * Calls), (Nodes * Calls) - 1, 0));
        var seen = await followed;
        seen.Select(entry => entry.Offset).ShouldBe(Enumerable.Range(1, 2 * Nodes * Calls).Select(n => (long)n));
        seen.Where(entry => entry.QueryId == "q").Select(entry => entry.Value).Order()
            .ShouldBe(Enumerable.Range(0, Nodes).SelectMany(node => Enumerable.Range(0, Calls).Select(i => $"{node}-{i}")).Order());
    }

    [ContractFact]
    public async Task Report_that_reaches_all_nodes_at_once_counts_once()
    {
        for (var i = 0; i < 10; i++)
        {
            var report = new ReportedOutcome($"q{i}", "late", Noon, Noon);
            var receipts = await Task.WhenAll(
                Enumerable.Range(0, Nodes).Select(_ => new OutcomeStore(home.Node()).ReportAsync("flights", [report], default)));
            receipts.Sum(receipt => receipt.Accepted).ShouldBe(1);
            receipts.Sum(receipt => receipt.Repeated).ShouldBe(Nodes - 1);
        }
    }

    [ContractFact]
    public async Task Text_that_PostgreSQL_cannot_hold_is_stored_without_it()
    {
        var outcomes = new OutcomeStore(home.Store);
        (await outcomes.ReportAsync("flights", [new("q\0", "a\0b\ud83d", null, Noon)], default)).Accepted.ShouldBe(1);
        (await outcomes.ListAsync(0, 10, default)).Single().Value.ShouldBe("a\ufffdb\ufffd");
    }

    private async Task<List<OutcomeEntry>> FollowAsync(CancellationToken reported)
    {
        var outcomes = new OutcomeStore(home.Store);
        var seen = new List<OutcomeEntry>();
        while (true)
        {
            var isReported = reported.IsCancellationRequested;
            var part = await outcomes.ListAsync(seen.Count == 0 ? 0 : seen[^1].Offset, 7, default);
            seen.AddRange(part);
            if (isReported && part.Count == 0)
                return seen;
        }
    }
}
