using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.QueryLog;
using Progeny.Grains.Explanations;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>
/// What was answered once is reproduced to the last bit, whatever became of the generation, the feeds and the values since.
/// </summary>
[Collection(ServingCollection.Name)]
public sealed class ReplayTests(ServingNode serving)
{
    private const string Ruled = """
        task: binary
        schema: {features: [{name: x, type: float, max: 1000.1}]}
        label: {name: late, classes: ["no", "yes"]}
        serving: {output: probabilities}
        rules:
          - {name: cold-start, at: before, when: ":ratings < 10", then: {answer: "'no'"}}
          - {name: half, at: before, when: ":ratings / 2 = 12", then: {set: {x: "-1"}}}
          - {name: shift, at: before, when: x = 50, then: {set: {x: "2"}}}
          - {name: capped, at: after, when: x > 100, then: {answer: "'yes'"}}
        """;

    [Fact]
    public async Task Thousand_queries_to_several_kinds_of_models_are_replayed_bit_for_bit()
    {
        var random = new Random(17);
        await serving.ImportAsync("bits", Ruled, Sigmoid());
        for (var i = 0; i < 4; i++)
        {
            await AskAsync("rich", $"bit-{i}", Enumerable.Range(0, 50).Select(_ => RichRow(random)));
            await AskAsync("iris", $"bit-{i}", Enumerable.Range(0, 100).Select(_ => IrisRow(random)));
            await AskAsync(
                "shops",
                $"bit-{i}",
                Enumerable.Range(0, 50)
                    .Select(_ => $"{{\"shop\": \"s{random.Next(4)}\"{(random.Next(2) == 0 ? ", \"rating\": " + Number(random) : "")}}}"));
            await AskAsync(
                "bits",
                $"bit-{i}",
                Enumerable.Range(0, 50)
                    .Select(_ =>
                        $"{{\"x\": {(random.Next(3) == 0 ? "50" : Number(random))}, \"ratings\": "
                            + $"{random.Next(5, 60)}{(random.Next(2) == 0 ? ".0" : "")}}}"));
        }

        var past = serving.Node.Services.GetRequiredService<IReplayService>();
        var identical = 0;
        foreach (var (project, rows) in new[] { ("rich", 50), ("iris", 100), ("shops", 50), ("bits", 50) })
        {
            await serving.Node.UntilAsync($"/api/projects/{project}/queries/bit-3:{rows - 1}", _ => true);
            for (var i = 0; i < 4 * rows; i++)
            {
                var (record, replay) =
                    (await past.ReplayAsync(
                        project,
                        string.Create(CultureInfo.InvariantCulture, $"bit-{i / rows}:{i % rows}"),
                        null,
                        CancellationToken.None)).ShouldNotBeNull();
                replay.Replayed.ShouldBe(
                    QueryRecordJson.Prediction(record),
                    $"{project} {record.QueryId}: {QueryRecordJson.Fields(record)} {QueryRecordJson.Augmented(record)}");
                replay.Differences.ShouldBeEmpty($"{project} {record.QueryId}");
                identical += replay.Identical ? 1 : 0;
            }
        }

        identical.ShouldBe(1_000);
    }

    [Fact]
    public async Task Rules_that_set_values_are_replayed_from_what_the_client_sent()
    {
        await serving.ImportAsync("setters", Ruled, Sigmoid());
        var expected = new Dictionary<string, string[]>
        {
            ["""{"x": 50, "ratings": 40}"""] = ["shift"],
            ["""{"x": 50, "ratings": 24}"""] = ["half"],
            ["""{"x": 50, "ratings": 25}"""] = ["half"],
            // Not an integer: 25.0 / 2 is 12.5. The log must not make one of it.
            ["""{"x": 50, "ratings": 25.0}"""] = ["shift"],
            ["""{"x": 50, "ratings": 9}"""] = ["cold-start"],
            ["""{"x": 1000.1, "ratings": 40}"""] = ["capped"],
        };
        var number = 0;
        foreach (var (row, rules) in expected)
        {
            var id = $"set-{number++}";
            await AskAsync("setters", id, [row]);
            var replay = await ReplayAsync("setters", id);
            ((bool)replay["identical"]!).ShouldBeTrue($"{row}: {replay.ToJsonString()}");
            replay["notes"]!.AsArray().ShouldBeEmpty(row);
            ((string)replay["version"]!).ShouldBe("1.0.0:1");
            (await serving.GetAsync($"/api/projects/setters/queries/{id}", 200))["rules"]!.AsArray().Select(rule => (string)rule!)
                .ShouldBe(rules);
        }
    }

    [Fact]
    public async Task Value_of_a_feed_that_a_rule_replaced_is_taken_as_recorded_and_said_so()
    {
        const string Manifest = """
            task: regression
            label: {name: sales}
            schema: {features: [{name: rating, type: float}, {name: region, type: category, nullable: true}]}
            augment: [{name: facts, feed: shops, features: [rating, region], query: "SELECT rating, region FROM shops WHERE id = :shop", default: {rating: 3}, cache: 0ms, deadline: 10s}]
            rules:
              - {name: generous, at: before, when: rating > 4, then: {set: {rating: rating - 3.5}}}
              - {name: house, at: before, when: "rating < 1.5 AND :shop = 's1'", then: {answer: rating * 7}}
            """;
        await serving.ImportAsync("overruled", Manifest, ServedProjects.All["shops"].Model);
        await AskAsync("overruled", "over-1", ["""{"shop": "s1"}"""]);
        var logged = await serving.Node.UntilAsync("/api/projects/overruled/queries/over-1", _ => true);
        logged["rules"]!.ToJsonString().ShouldBe("""["generous","house"]""");
        ((float)logged["prediction"]!["value"]!).ShouldBe(7);
        var replay = await ReplayAsync("overruled", "over-1");
        ((bool)replay["identical"]!).ShouldBeTrue(replay.ToJsonString());
        replay["notes"]!.AsArray().ShouldHaveSingleItem()!.ToString().ShouldContain("taken as the log has them");
    }

    [Fact]
    public async Task Earlier_record_of_an_id_is_replayed_and_explained_by_its_place()
    {
        await serving.ImportAsync("again", Ruled, Sigmoid());
        await AskAsync("again", "other-1", ["""{"x": 0.5, "ratings": 40}"""]);
        await AskAsync("again", "again-1", ["""{"x": 0.25, "ratings": 40}"""]);
        await serving.Node.UntilAsync("/api/projects/again/queries/again-1", _ => true);
        await AskAsync("again", "again-1", ["""{"x": 0.75, "ratings": 40}"""]);
        var newest = await serving.Node.UntilAsync("/api/projects/again/queries/again-1", query => (int)query["attempts"]! == 2);
        var earlier = (long)newest["others"]!.AsArray().ShouldHaveSingleItem()!;

        var first = await serving.GetAsync($"/api/projects/again/queries/again-1?sequence={earlier}", 200);
        ((double)first["fields"]!["x"]!).ShouldBe(0.25);
        var replay = await serving.GetAsync($"/api/projects/again/queries/again-1/replay?sequence={earlier}", 200);
        ((bool)replay["identical"]!, replay["recorded"]!.ToJsonString()).ShouldBe((true, first["prediction"]!.ToJsonString()));
        var explained = await serving.GetAsync($"/api/projects/again/queries/again-1/explain?sequence={earlier}", 200);
        explained["prediction"]!.ToJsonString().ShouldBe(first["prediction"]!.ToJsonString());
        (await ReplayAsync("again", "again-1"))["recorded"]!.ToJsonString().ShouldBe(newest["prediction"]!.ToJsonString());
        var missing = await serving.GetAsync("/api/projects/again/queries/again-1/replay?sequence=1000000000", 404);
        ((string)missing["detail"]!).ShouldBe("'again' has no logged query 'again-1' with the sequence number 1000000000.");
    }

    [Fact]
    public async Task Feed_is_not_asked_again()
    {
        using (var shops = serving.OpenShops())
            ServingNode.Execute(shops, "INSERT INTO shops VALUES ('moving', 2.25, 'east', 1)");
        await AskAsync("shops", "moving-1", ["""{"shop": "moving"}"""]);
        await serving.Node.UntilAsync("/api/projects/shops/queries/moving-1", _ => true);
        using (var shops = serving.OpenShops())
            ServingNode.Execute(shops, "UPDATE shops SET rating = 1 WHERE id = 'moving'");
        SqliteConnection.ClearAllPools();
        var replay = await ReplayAsync("shops", "moving-1");
        ((float)replay["replayed"]!["value"]!).ShouldBe(2.25f);
        ((bool)replay["identical"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Archived_generation_is_replayed_and_explained()
    {
        await serving.ImportAsync("shelved", Ruled, Sigmoid());
        await AskAsync("shelved", "a/b c", ["""{"x": 0.25, "ratings": 40}"""]);
        await serving.Node.UntilAsync("/api/projects/shelved/queries/a%2Fb%20c", _ => true);
        await serving.Node.PostAsync("/api/projects/shelved/decommission", new { reason = "over" });
        ((bool)(await ReplayAsync("shelved", "a%2Fb%20c"))["identical"]!).ShouldBeTrue();
        // Its training had no rows and it has no other query: there is nothing to compare with.
        ((string)(await serving.GetAsync("/api/projects/shelved/queries/a%2Fb%20c/explain", 409))["detail"]!).ShouldContain(
            "no rows to compare");
    }

    [Fact]
    public async Task Tensors_are_replayed_as_they_came()
    {
        var inputs = """[{"name":"x","shape":[4],"datatype":"FP32","data":[0.1,null,-0.0,3e-45]}]""";
        await serving.PostAsync("/v2/models/any/infer", $"{{\"id\":\"again-1\",\"inputs\":{inputs}}}", 200);
        await serving.Node.UntilAsync("/api/projects/any/queries/again-1", _ => true);
        var replay = await ReplayAsync("any", "again-1");
        ((bool)replay["identical"]!).ShouldBeTrue(replay.ToJsonString());
        replay["replayed"]!["y"]!["data"]!.ToJsonString().ShouldBe("""[0.1,"NaN",-0.0,3E-45]""");

        var zeros = string.Join(',', Enumerable.Repeat("0", 20_000));
        await serving.PostAsync(
            "/v2/models/any/infer",
            $"{{\"id\":\"again-2\",\"inputs\":[{{\"name\":\"x\",\"shape\":[20000],\"datatype\":\"FP32\",\"data\":[{zeros}]}}]}}",
            200);
        await serving.Node.UntilAsync("/api/projects/any/queries/again-2", _ => true);
        await RefusedAsync("any", "again-2", "over 64 KiB");
        ((string)(await serving.GetAsync("/api/projects/any/queries/again-1/explain", 409))["detail"]!).ShouldContain(
            "declares no features");
    }

    [Fact]
    public async Task What_was_not_kept_is_named()
    {
        await serving.ImportAsync("sampled", Ruled.Replace("serving: {", "serving: {log_sample: 0, ", StringComparison.Ordinal), Sigmoid());
        await serving.ImportAsync("hidden", Ruled.Replace("serving: {", "serving: {redact: [x], ", StringComparison.Ordinal), Sigmoid());
        await serving.ImportAsync(
            "veiled", Ruled.Replace("serving: {", "serving: {redact: [ratings], ", StringComparison.Ordinal), Sigmoid());
        foreach (var (project, reason) in new[]
        {
            ("sampled", "serving.log_sample"),
            ("hidden", "'x' was not kept (serving.redact)"),
            ("veiled", "reads the field 'ratings'"),
        })
        {
            await AskAsync(project, "kept-1", ["""{"x": 1, "ratings": 40}"""]);
            await serving.Node.UntilAsync($"/api/projects/{project}/queries/kept-1", _ => true);
            await RefusedAsync(project, "kept-1", reason);
        }

        await serving.PostAsync(
            "/api/projects/unfeeling/predict", $"{{\"query_id\":\"kept-2\",\"rows\":[{PredictAnswersTests.Row("distance", "-1")}]}}", 500);
        await serving.Node.UntilAsync("/api/projects/unfeeling/queries/kept-2", _ => true);
        await RefusedAsync("unfeeling", "kept-2", "was not answered");
        await serving.GetAsync("/api/projects/rich/queries/nobody/replay", 404);
        await serving.GetAsync("/api/projects/rich/queries/nobody/explain", 404);
    }

    private static string RichRow(Random random) => new JsonObject
    {
        ["hour"] = random.Next(24),
        ["distance"] = float.Parse(Number(random, 999), CultureInfo.InvariantCulture),
        ["express"] = random.Next(2) == 1,
        ["weight"] = random.Next(4) == 0 ? null : (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30)),
        ["stops"] = random.Next(4) == 0 ? null : random.NextInt64(),
        ["vehicle"] = random.Next(3) == 0 ? "car" : random.Next(2) == 0 ? "" : null,
        ["courier"] = "Ünal \"x\" \\ \n 😀",
        ["customer"] = random.Next(2) == 0 ? 12.5 : 7,
    }.ToJsonString();

    private static string IrisRow(Random random) =>
        $"{{\"sepal_length\":{Number(random, 8)},\"sepal_width\":{Number(random, 5)},\"petal_length\":{Number(random, 7)},\"petal_width\":{Number(random, 3)}}}";

    private static string Number(Random random, double most = 60) =>
        (random.NextDouble() * most).ToString("R", CultureInfo.InvariantCulture);

    private static byte[] Sigmoid()
    {
        using var resource = typeof(RuledNode).Assembly.GetManifestResourceStream("sigmoid.onnx")!;
        using var model = new MemoryStream();
        resource.CopyTo(model);
        return model.ToArray();
    }

    private Task<JsonNode> AskAsync(string project, string id, IEnumerable<string> rows) =>
        serving.PostAsync($"/api/projects/{project}/predict", $"{{\"query_id\":\"{id}\",\"rows\":[{string.Join(',', rows)}]}}", 200);

    private async Task<JsonNode> ReplayAsync(string project, string id)
    {
        await serving.Node.UntilAsync($"/api/projects/{project}/queries/{id}", _ => true);
        return await serving.GetAsync($"/api/projects/{project}/queries/{id}/replay", 200);
    }

    private async Task RefusedAsync(string project, string id, string reason)
    {
        var problem = await serving.GetAsync($"/api/projects/{project}/queries/{id}/replay", 409);
        ((string)problem["title"]!).ShouldBe("Cannot be replayed");
        ((string)problem["detail"]!).ShouldContain(reason);
    }
}
