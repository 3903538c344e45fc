using Microsoft.Extensions.Options;
using Progeny.Core.QueryLog;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Feedback;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.Datasets.Lake;

/// <summary>Logged queries and outcomes as tables, on every database.</summary>
public abstract class LakeRecordTests(LogHome home) : IDisposable
{
    private static readonly IOptions<DatasetsOptions> _options = Options.Create(new DatasetsOptions());

    public void Dispose() => home.Dispose();

    [ContractFact]
    public async Task Queries_and_outcomes_are_tables_that_join()
    {
        var log = home.Log();
        using var lake = new LakeFixture(null, new QueryLakeSchema(log, _options), new OutcomeLakeSchema(log, _options));
        await log.AppendAsync(
            [
                Create("a") with { Fields = new Dictionary<string, object?> { ["carrier"] = "UA", ["n"] = 7L, ["arm"] = 0.1f } },
                Create("b") with
                {
                    Fields = new Dictionary<string, object?> { ["n"] = 2.5, ["carrier"] = null, ["flag"] = true },
                    Prediction = null,
                    Error = "No.",
                },
                Create("c", "other"),
            ],
            default);
        await new OutcomeStore(home.Store).ReportAsync(
            "flights",
            [new ReportedOutcome("a", "1", null, Noon), new ReportedOutcome("a", "0", Noon.AddDays(1), Noon.AddDays(2))],
            default);

        (await lake.RowsAsync("SELECT query_id, carrier, n, feature_arm, flag, error FROM queries.flights ORDER BY sequence"))
            .ShouldBe(["a|UA|7|0.1|-|-", "b|-|2.5|-|True|No."]);
        (await lake.RowsAsync("SELECT count(*) FROM queries.flights WHERE prediction IS NOT NULL AND asked_at IS NOT NULL"))
            .ShouldBe(["1"]);
        (await lake.RowsAsync("SELECT q.carrier, o.value FROM queries.flights q JOIN outcomes.flights o USING (query_id) WHERE counts"))
            .ShouldBe(["UA|0"]);
        (await lake.RowsAsync("SELECT count(*), max(prediction), max(carrier) FROM queries.flights WHERE false")).ShouldBe(["0|-|-"]);
        (await lake.RowsAsync("SELECT * FROM outcomes.nobody")).ShouldBeEmpty();
    }
}
