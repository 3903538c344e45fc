using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>What is known of a query afterwards: its record, its outcome, and what augmentation found for it.</summary>
[Collection(ServingCollection.Name)]
public sealed class QueryLogTests(ServingNode serving)
{
    [Fact]
    public async Task Record_holds_what_the_client_sent_and_what_was_answered()
    {
        var row = PredictAnswersTests.Row("stops", "9007199254740993");
        await serving.PostAsync("/api/projects/rich/predict", $"{{\"query_id\":\"log-1\",\"rows\":[{row}]}}", 200);
        var query = await Logged("rich", "log-1");
        ((string)query["version"]!).ShouldBe("1.0.0:1");
        ((string)query["arm"]!).ShouldBe("champion");
        ((string)query["entity"]!).ShouldBe("c1");
        ((float)query["prediction"]!["value"]!).ShouldBe(10.5f);
        JsonNode.DeepEquals(query["fields"], JsonNode.Parse(row)).ShouldBeTrue(query["fields"]!.ToJsonString());
        query["augmented"].ShouldBeNull();
        query["outcome"].ShouldBeNull();
        ((int)query["attempts"]!).ShouldBe(1);
        var latency = query["latency"]!;
        ((int)latency["total"]!).ShouldBeGreaterThanOrEqualTo((int)latency["augment"]! + (int)latency["queue"]! + (int)latency["predict"]!);
    }

    [Fact]
    public async Task Entity_beside_the_rows_counts_before_the_rows_own()
    {
        await serving.PostAsync(
            "/api/projects/rich/predict", $"{{\"entity\":\"c9\",\"query_id\":\"log-2\",\"rows\":[{PredictAnswersTests.Row()}]}}", 200);
        ((string)(await Logged("rich", "log-2"))["entity"]!).ShouldBe("c9");
        await serving.PostAsync(
            "/api/projects/rich/predict", $"{{\"query_id\":\"log-3\",\"rows\":[{PredictAnswersTests.Row("customer", null)}]}}", 200);
        (await Logged("rich", "log-3"))["entity"].ShouldBeNull();
    }

    [Fact]
    public async Task Tensors_are_logged_as_they_came_and_big_ones_by_their_shape()
    {
        const string Infer = "/v2/models/any/infer";
        await serving.PostAsync(
            Infer,
            """{"id":"log-4","parameters":{"entity":"e"},"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,null]}]}""",
            200);
        var query = await Logged("any", "log-4");
        query["fields"]!.ToJsonString().ShouldBe("""{"x":{"datatype":"FP32","shape":[2],"data":[1,"NaN"]}}""");
        query["prediction"]!.ToJsonString().ShouldBe("""{"y":{"datatype":"FP32","shape":[2],"data":[1,"NaN"]}}""");
        ((string)query["entity"]!).ShouldBe("e");

        var zeros = string.Join(',', Enumerable.Repeat("0", 20_000));
        await serving.PostAsync(
            Infer, $"{{\"id\":\"log-5\",\"inputs\":[{{\"name\":\"x\",\"shape\":[20000],\"datatype\":\"FP32\",\"data\":[{zeros}]}}]}}", 200);
        (await Logged("any", "log-5"))["fields"]!.ToJsonString().ShouldBe("""{"x":{"datatype":"FP32","shape":[20000]}}""");
    }

    [Fact]
    public async Task Tensors_of_features_are_logged_as_rows()
    {
        string[] names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
        var inputs = names.Select(name => $"{{\"name\":\"{name}\",\"shape\":[2,1],\"datatype\":\"FP64\",\"data\":[[5.1],[0.5]]}}");
        await serving.PostAsync("/v2/models/iris/infer", $"{{\"id\":\"log-6\",\"inputs\":[{string.Join(',', inputs)}]}}", 200);
        var query = await Logged("iris", "log-6:1");
        query["fields"]!.ToJsonString().ShouldBe("""{"sepal_length":0.5,"sepal_width":0.5,"petal_length":0.5,"petal_width":0.5}""");
        query["prediction"]!["probabilities"]!.AsObject().Count.ShouldBe(3);
    }

    [Fact]
    public async Task Outcomes_join_before_and_after_and_the_last_one_counts()
    {
        const string Outcomes = "/api/projects/rich/outcomes";
        (await serving.PostAsync(
            Outcomes, """{"outcomes":[{"query_id":"log-7","outcome":12.5,"observed_at":"2026-01-02T03:04:05Z"}]}""", 200)).ToJsonString()
            .ShouldBe("""{"accepted":1,"corrected":0,"repeated":0,"unmatched":1,"outdated":0,"erased":0}""");
        await serving.PostAsync("/api/projects/rich/predict", $"{{\"query_id\":\"log-7\",\"rows\":[{PredictAnswersTests.Row()}]}}", 200);
        ((string)(await Logged("rich", "log-7"))["outcome"]!).ShouldBe("12.5");
        (await serving.PostAsync(Outcomes, """{"outcomes":[{"query_id":"log-7","outcome":"12.50"}]}""", 200)).ToJsonString()
            .ShouldBe("""{"accepted":0,"corrected":0,"repeated":1,"unmatched":0,"outdated":0,"erased":0}""");
        (await serving.PostAsync(Outcomes, """{"outcomes":[{"query_id":"log-7","outcome":13}]}""", 200)).ToJsonString()
            .ShouldBe("""{"accepted":0,"corrected":1,"repeated":0,"unmatched":0,"outdated":0,"erased":0}""");
        var query = await Logged("rich", "log-7");
        ((string)query["outcome"]!).ShouldBe("13");
        query["outcomes"]!.AsArray().Select(outcome => (string)outcome!["value"]!).ShouldBe(["12.5", "13"]);
    }

    [Theory]
    [InlineData("rich", "{}", "'outcomes' must be an array of 1 to 10000 objects")]
    [InlineData("rich", "{\"outcomes\":[]}", "'outcomes' must be an array of 1 to 10000 objects")]
    [InlineData("rich", "{\"outcomes\":[null]}", "outcomes[0].query_id must be a text of 1 to 262 characters")]
    [InlineData("rich", "{\"outcomes\":[{\"outcome\":1}]}", "outcomes[0].query_id must be a text of 1 to 262 characters")]
    [InlineData(
        "rich", "{\"outcomes\":[{\"query_id\":\"a\"}]}", "outcomes[0].outcome: nothing is no number, which the outcome of 'rich' must be")]
    [InlineData("rich", "{\"outcomes\":[{\"query_id\":\"a\",\"outcome\":\"late\"}]}", "outcomes[0].outcome: \"late\" is no number")]
    [InlineData("rich", "{\"outcomes\":[{\"query_id\":\"a\",\"outcome\":1e999}]}", "outcomes[0].outcome: 1e999 is no number")]
    [InlineData("rich", "{\"outcomes\":[{\"query_id\":\"a\",\"outcome\":1,\"observed\":1}]}", "observed")]
    [InlineData("rich", "{\"outcomes\":[{\"query_id\":\"a\",\"outcome\":1,\"observed_at\":\"yesterday\"}]}", "observed_at")]
    [InlineData("rich", "null", "body")]
    [InlineData(
        "iris",
        "{\"outcomes\":[{\"query_id\":\"a\",\"outcome\":0},{\"query_id\":\"b\",\"outcome\":3}]}",
        "outcomes[1].outcome: 3 is no class of 'iris'; one of '0', '1', '2' is")]
    [InlineData("iris", "{\"outcomes\":[{\"query_id\":\"a\",\"outcome\":\"\\ud800\"}]}", "is no class of 'iris'")]
    [InlineData("stranger", "{\"outcomes\":[{\"query_id\":\"a\",\"outcome\":\"\"}]}", "is no outcome; a text of 1 to 256 characters")]
    public async Task Outcomes_that_do_not_fit_are_refused_and_none_is_taken(string project, string json, string message)
    {
        var problem = await serving.PostAsync($"/api/projects/{project}/outcomes", json, 400);
        ((string)problem["detail"]!).ShouldContain(message);
    }

    [Fact]
    public async Task Outcome_of_an_unknown_project_is_refused() =>
        await serving.PostAsync("/api/projects/nobody/outcomes", """{"outcomes":[{"query_id":"a","outcome":1}]}""", 404);

    [Fact]
    public async Task Query_id_used_twice_shows_the_newest_record()
    {
        await serving.PostAsync(
            "/api/projects/rich/predict", $"{{\"query_id\":\"log-8\",\"rows\":[{PredictAnswersTests.Row("hour", "1")}]}}", 200);
        await serving.PostAsync(
            "/api/projects/rich/predict", $"{{\"query_id\":\"log-8\",\"rows\":[{PredictAnswersTests.Row("hour", "2")}]}}", 200);
        var query = await serving.Node.UntilAsync("/api/projects/rich/queries/log-8", query => (int)query["attempts"]! == 2);
        ((float)query["prediction"]!["value"]!).ShouldBe(3.5f);
    }

    [Fact]
    public async Task Queries_are_listed_newest_first_by_pages_and_by_version()
    {
        for (var i = 0; i < 5; i++)
            await serving.PostAsync(
                "/api/projects/durable/predict", $"{{\"query_id\":\"page-{i}\",\"rows\":[{PredictAnswersTests.Row()}]}}", 200);
        var seen = new List<string>();
        long? before = null;
        do
        {
            var page = await serving.GetAsync(
                $"/api/projects/durable/queries?version=1.0.0:1&limit=2{(before is null ? "" : $"&before={before}")}", 200);
            page["queries"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page["queries"]!.AsArray().Select(query => (string)query!["query_id"]!));
            before = (long?)page["before"];
        }
        while (before is not null);
        seen.Where(id => id.StartsWith("page-", StringComparison.Ordinal)).ShouldBe(["page-4", "page-3", "page-2", "page-1", "page-0"]);
        (await serving.GetAsync("/api/projects/durable/queries?version=1.0.0:2", 200))["queries"]!.AsArray().ShouldBeEmpty();
        ((string)(await serving.GetAsync("/api/projects/durable/queries?version=2", 400))["detail"]!).ShouldContain("'2' is no version");
        ((string)(await serving.GetAsync("/api/projects/durable/queries?limit=0", 400))["detail"]!).ShouldContain("1 to 1000");
        ((string)(await serving.GetAsync("/api/projects/durable/queries?limit=many", 400))["detail"]!).ShouldContain("limit");
        ((string)(await serving.GetAsync("/api/projects/nobody/queries", 404))["detail"]!).ShouldContain("nobody");
        ((string)(await serving.GetAsync("/api/projects/durable/queries/none", 404))["detail"]!).ShouldContain("no logged query 'none'");
    }

    [Fact]
    public async Task Durable_record_is_there_when_the_answer_is_and_no_record_where_none_is_wanted()
    {
        await serving.PostAsync(
            "/api/projects/durable/predict", $"{{\"query_id\":\"at-once\",\"rows\":[{PredictAnswersTests.Row()}]}}", 200);
        await serving.GetAsync("/api/projects/durable/queries/at-once", 200);
        await serving.PostAsync(
            "/api/projects/unlogged/predict", $"{{\"query_id\":\"unseen\",\"rows\":[{PredictAnswersTests.Row()}]}}", 200);
        await serving.PostAsync(
            "/api/projects/rich/predict", $"{{\"query_id\":\"after-unseen\",\"rows\":[{PredictAnswersTests.Row()}]}}", 200);
        await Logged("rich", "after-unseen");
        await serving.GetAsync("/api/projects/unlogged/queries/unseen", 404);
    }

    [Fact]
    public async Task Feed_gives_what_the_query_left_out_and_the_record_tells_both_apart()
    {
        var answer = await serving.PostAsync(
            "/api/projects/shops/predict",
            """{"query_id":"aug-1","rows":[{"shop":"s1"},{"shop":"s1","rating":1},{"shop":"none"},{"shop":"s2"}]}""",
            200);
        answer["predictions"]!.AsArray().Select(row => (float)row!["value"]!).ShouldBe([4.5f, 1, 3, 3]);
        var first = await Logged("shops", "aug-1:0");
        first["fields"]!.ToJsonString().ShouldBe("""{"shop":"s1"}""");
        first["augmented"]!.ToJsonString().ShouldBe("""{"rating":4.5,"region":"north"}""");
        var second = await Logged("shops", "aug-1:1");
        second["fields"]!.ToJsonString().ShouldBe("""{"rating":1,"shop":"s1"}""");
        second["augmented"]!.ToJsonString().ShouldBe("""{"region":"north"}""");
        (await Logged("shops", "aug-1:2"))["augmented"]!.ToJsonString().ShouldBe("""{"rating":3,"region":"unknown"}""");
        (await Logged("shops", "aug-1:3"))["augmented"]!.ToJsonString().ShouldBe("""{"rating":3,"region":"south"}""");

        var tensors = await serving.PostAsync(
            "/v2/models/shops/infer", """{"inputs":[{"name":"shop","shape":[1],"datatype":"BYTES","data":["s1"]}]}""", 200);
        ((float)tensors["outputs"]![0]!["data"]![0]!).ShouldBe(4.5f);
    }

    [Fact]
    public async Task Feed_answer_is_kept_as_long_as_the_manifest_says()
    {
        using (var connection = serving.OpenShops())
            ServingNode.Execute(connection, "INSERT OR REPLACE INTO shops VALUES ('moving', 1, 'east', 1)");
        (await Value("cached", "moving")).ShouldBe(1);
        (await Value("shops", "moving")).ShouldBe(1);
        using (var connection = serving.OpenShops())
            ServingNode.Execute(connection, "UPDATE shops SET rating = 2 WHERE id = 'moving'");
        (await Value("cached", "moving")).ShouldBe(1);
        (await Value("shops", "moving")).ShouldBe(2);
    }

    [Fact]
    public async Task Value_that_neither_feed_nor_default_has_is_required_of_the_caller()
    {
        var problem = await serving.PostAsync("/api/projects/strict/predict", """{"rows":[{"shop":"s1"},{"shop":"none"}]}""", 400);
        var error = problem["errors"]!.AsArray().ShouldHaveSingleItem()!;
        ((int)error["row"]!).ShouldBe(1);
        ((string)error["message"]!).ShouldBe("a value is required, and neither augmentation nor a rule gave one");
    }

    [Fact]
    public async Task Feed_that_is_broken_leaves_the_defaults_and_without_any_is_unavailable()
    {
        (await Value("broken", "s1")).ShouldBe(3);
        var problem = await serving.PostAsync("/api/projects/down/predict", """{"rows":[{"shop":"s1"}]}""", 503);
        ((string)problem["title"]!).ShouldBe("Unavailable");
        ((string)problem["detail"]!).ShouldContain("Feed 'gone'");
        ((float)(await serving.PostAsync(
            "/api/projects/down/predict", """{"rows":[{"rating":2,"region":"west"}]}""", 200))["predictions"]![0]!["value"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Feed_value_that_does_not_fit_its_feature_is_no_fault_of_the_caller()
    {
        var problem = await serving.PostAsync("/api/projects/misfit/predict", """{"rows":[{"shop":"s2"}]}""", 503);
        ((string)problem["detail"]!).ShouldBe(
            "Feed 'shops': augmentation 'facts' found a value for 'rating' that does not fit: the text 'many' is not a number.");
        (await Value("misfit", "s1")).ShouldBe(7);
    }

    [Fact]
    public async Task Feed_that_takes_too_long_is_not_waited_for()
    {
        var started = Stopwatch.GetTimestamp();
        (await Value("slow", "s1")).ShouldBe(3);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    private async Task<float> Value(string project, string shop)
    {
        var answer = await serving.PostAsync($"/api/projects/{project}/predict", $"{{\"rows\":[{{\"shop\":\"{shop}\"}}]}}", 200);
        return (float)answer["predictions"]![0]!["value"]!;
    }

    private Task<JsonNode> Logged(string project, string id) => serving.Node.UntilAsync($"/api/projects/{project}/queries/{id}", _ => true);
}
