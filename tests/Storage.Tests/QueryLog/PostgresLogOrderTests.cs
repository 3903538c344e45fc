using Npgsql;
using Progeny.Abstractions.Common;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Postgres;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

/// <summary>One order of the log for all nodes of a cluster, in which nothing is twice and nothing is missing.</summary>
[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresLogOrderTests(ClusterServer server) : IDisposable
{
    private const int Writers = 10;
    private const int Appends = 25;

    private readonly PostgresHome home = new(server);

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Nodes_that_write_at_once_share_one_order_without_gaps_and_readers_with_a_cursor_miss_nothing()
    {
        using var written = new CancellationTokenSource();
        var followed = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => FollowAsync(written.Token))));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                var log = new PostgresQueryLog(home.Node());
                for (var i = 0; i < Appends; i++)
                {
                    var records = Many(1 + ((writer + i) % 7), $"w{writer}-{i}-", writer % 3 == 0 ? "other" : "flights");
                    if (i % 2 == 0)
                        log.Append(Batches(records, TimeSpan.FromDays(9)));
                    else
                        log.Journal(Batches(records, TimeSpan.FromDays(9)));
                }
            },
            TaskCreationOptions.LongRunning)));
        await written.CancelAsync();

        var expected = Enumerable.Range(0, Writers)
            .SelectMany(
                w => Enumerable.Range(0, Appends).SelectMany(i => Enumerable.Range(0, 1 + ((w + i) % 7)).Select(n => $"w{w}-{i}-{n}")))
                    .Order().ToList();
        foreach (var seen in await followed)
        {
            seen.Select(one => one.Sequence).ShouldBe(Enumerable.Range(1, expected.Count).Select(n => (long)n));
            seen.Select(one => one.Id).Order().ShouldBe(expected);
        }
    }

    [ContractFact]
    public async Task Append_whose_answer_is_lost_is_done_once()
    {
        using var proxy = new LossyProxy(server.Server.Port);
        var log = Behind(proxy);
        log.Append(Batches([Create("first")], TimeSpan.FromDays(9)));

        proxy.Lose("append_segments", 1);
        log.Append(Batches([Create("a"), Create("b")], TimeSpan.FromDays(9)));

        proxy.Losses.ShouldBe(0);
        (await IdsAsync()).ShouldBe(["first", "a", "b"]);
    }

    [ContractFact]
    public async Task Batches_that_come_again_after_a_failure_with_others_are_there_once()
    {
        using var proxy = new LossyProxy(server.Server.Port);
        var log = Behind(proxy);
        log.Append(Batches([Create("first")], TimeSpan.FromDays(9)));
        var batches = Batches([Create("a"), Create("b", generation: 2)], TimeSpan.FromDays(9));

        proxy.Lose("append_segments", 2);
        Should.Throw<StorageUnavailableException>(() => log.Append(batches));
        batches.AddRange(Batches([Create("c")], TimeSpan.FromDays(9)));
        proxy.Lose("append_segments", 2);
        Should.Throw<StorageUnavailableException>(() => log.Append(batches));
        batches.AddRange(Batches([Create("d")], TimeSpan.FromDays(9)));
        log.Append(batches);

        (await IdsAsync()).ShouldBe(["first", "a", "b", "c", "d"]);
    }

    private PostgresQueryLog Behind(LossyProxy proxy) =>
        new(home.Node(connection: new NpgsqlConnectionStringBuilder(home.ConnectionString) { Port = proxy.Port }.ConnectionString));

    private async Task<IEnumerable<string>> IdsAsync() =>
        (await home.Log().ListAsync("flights", null, null, null, 1_000, default)).Reverse().Select(query => query.Record.QueryId);

    private async Task<List<(long Sequence, string Id)>> FollowAsync(CancellationToken written)
    {
        var tail = new QueryLogTail(home.Store);
        var seen = new List<(long, string)>();
        for (var after = 0L; ;)
        {
            var isWritten = written.IsCancellationRequested;
            var segments = await tail.ReadAsync(after, default);
            foreach (var segment in segments)
            {
                var reader = new QueryBatchReader(segment.Batch);
                while (reader.Read())
                    seen.Add((segment.First + reader.Index, reader.QueryId));
                after = segment.End - 1;
            }

            if (isWritten && segments.Count == 0)
                return seen;
        }
    }
}
