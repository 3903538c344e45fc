using Microsoft.Extensions.Logging.Abstractions;
using NuGet.Versioning;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

/// <summary>What a node does while its cluster's database does not answer, and after it came back. The server is one of its own.</summary>
[NeedsPostgres]
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ClusterServer server = new();
    private PostgresHome home = null!;

    public async Task InitializeAsync()
    {
        await server.InitializeAsync();
        home = new PostgresHome(server);
    }

    public async Task DisposeAsync()
    {
        home.Dispose();
        await server.DisposeAsync();
    }

    [ContractFact]
    public async Task Calls_fail_as_unavailable_while_the_server_is_stopped_and_go_on_after_it()
    {
        var log = home.Log();
        var outcomes = new OutcomeStore(home.Store);
        log.Append(Batches([Create("a")], TimeSpan.FromDays(9)));
        await outcomes.ReportAsync("flights", [new("a", "late", null, Noon)], default);
        var batches = Batches([Create("b")], TimeSpan.FromDays(9));

        await server.Server.StopAsync();
        Should.Throw<StorageUnavailableException>(() => log.Append(batches));
        Should.Throw<StorageUnavailableException>(() => log.Journal(Batches([Create("refused")], TimeSpan.FromDays(9))));
        Should.Throw<StorageUnavailableException>(() => log.Upkeep());
        await Should.ThrowAsync<StorageUnavailableException>(() => log.FindAsync("flights", "a", default));
        await Should.ThrowAsync<StorageUnavailableException>(
            () => outcomes.ReportAsync("flights", [new("a", "on time", null, Noon)], default));

        await server.Server.StartAsync();
        log.Append(batches);
        log.Journal(Batches([Create("c")], TimeSpan.FromDays(9)));
        (await log.ListAsync("flights", null, null, null, 10, default)).Select(query => query.Record.QueryId).ShouldBe(["c", "b", "a"]);
        (await outcomes.ReportAsync("flights", [new("a", "on time", null, Noon)], default)).Corrected.ShouldBe(1);
        log.Upkeep().ShouldBeFalse();
    }

    [ContractFact]
    public async Task Buffer_keeps_fast_records_up_to_its_bound_and_refuses_durable_ones_until_the_server_is_back()
    {
        using var buffer = new QueryLogBuffer(home.Log(), [], NullLogger<QueryLogBuffer>.Instance, maxBytes: 64 * 1024);
        var (fast, durable) = (Plan(QueryLogMode.Fast), Plan(QueryLogMode.Durable));
        buffer.Start();
        (await AddAsync(buffer, durable, "first")).ShouldBeTrue();

        await server.Server.StopAsync();
        (await AddAsync(buffer, durable, "refused")).ShouldBeFalse();
        var kept = new List<string>();
        for (var i = 0; buffer.Dropped < 10; i++)
        {
            if (await AddAsync(buffer, fast, $"fast{i}"))
                kept.Add($"fast{i}");
        }

        kept.Count.ShouldBeGreaterThan(100);
        await server.Server.StartAsync();
        await WaitAsync(() => buffer.Waiting == 0);
        (await AddAsync(buffer, durable, "last")).ShouldBeTrue();
        await buffer.StopAsync();

        var logged = new List<string>();
        for (long? before = null; ;)
        {
            var page = await home.Log().ListAsync("flights", null, null, before, 1_000, default);
            logged.AddRange(page.Select(query => query.Record.QueryId));
            if ((before = page.Before) is null)
                break;
        }

        logged.Order().ShouldBe([.. kept.Append("first").Append("last").Order()]);
    }

    private static (QueryLogPlan Plan, QuerySchema Schema) Plan(QueryLogMode mode)
    {
        var manifest = new Manifest
        {
            Name = "flights",
            Version = new SemanticVersion(1, 0, 0),
            Task = MachineLearningTask.Regression,
            Features = [new Feature { Name = "origin", Type = FeatureType.Category, Nullable = true }],
            Label = new LabelManifest { Name = "y", Classes = [] },
            Pipeline = new PipelineManifest { Model = "model.onnx" },
            Serving = new ServingManifest { Log = mode },
        };
        var schema = new QuerySchema(manifest);
        return (new QueryLogPlan(new GenerationReference("flights", "1.0.0", mode == QueryLogMode.Fast ? 1 : 2), manifest, schema), schema);
    }

    private static async Task<bool> AddAsync(QueryLogBuffer buffer, (QueryLogPlan Plan, QuerySchema Schema) to, string queryId)
    {
        using var rows = to.Schema.Rent();
        rows.AddRow();
        return await buffer.AddAsync(new QueryLogEntry
        {
            At = Noon,
            Plan = to.Plan,
            Arm = "champion",
            Reason = "share",
            QueryIds = [queryId],
            Rows = rows,
            Prediction = Value(0.5f),
            Latency = new QueryLatency(1, 2, 3, 4),
        });
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
            await Task.Delay(20, limit.Token);
    }
}
