using System.Text.Json.Nodes;
using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Serving;

public sealed class ServingCommandsTests
{
    private const string Predict = "POST /api/projects/demo/predict";
    private const string Answer = """
        {"project":"demo","version":"0.1.0:1","predictions":[
         {"query_id":"q/0","label":"1","probabilities":{"0":0.1,"1":0.9}},{"query_id":"q/1","label":"0","probabilities":{"0":0.75,"1":0.25}}]}
        """;

    [Fact]
    public async Task Rows_of_options_and_of_a_file_are_predicted_together()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["rows.json"], """[{"hour": 3}]""");
        await using var server = await FakeServer.StartAsync();
        server.Answer(Predict, Answer);
        var run = await server.RunAsync(
            "model",
            "predict",
            "demo",
            "--row",
            """{"hour":17,"vehicle":null}""",
            "--file",
            folder["rows.json"],
            "--query-id",
            "q",
            "--entity",
            "@me");

        var body = """{"rows":[{"hour":17,"vehicle":null},{"hour":3}],"query_id":"q","entity":"@me"}""";
        JsonNode.DeepEquals(JsonNode.Parse(server.BodyText), JsonNode.Parse(body)).ShouldBeTrue(server.BodyText);
        var lines = run.ShouldSucceed().Out.Split('\n', StringSplitOptions.TrimEntries);
        lines[0].ShouldBe("demo 0.1.0:1");
        lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["q/0", "1", "0.1000", "0.9000"]);
        lines[3].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["q/1", "0", "0.7500", "0.2500"]);
    }

    [Fact]
    public async Task A_generation_can_be_asked_for_and_json_is_passed_through()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("POST /api/projects/demo/versions/0.1.0%3A1/predict", Answer);
        var run = await server.RunAsync("model", "predict", "demo", "--row", "{}", "--version", "0.1.0:1", "--json");
        run.ShouldSucceed().Out.ShouldBe(Answer + "\n");
    }

    [Fact]
    public async Task Values_of_a_regression_are_shown()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(Predict, """{"project":"demo","version":"0.1.0:1","predictions":[{"query_id":"q","value":12.5}]}""");
        (await server.RunAsync("model", "predict", "demo", "--row", "{}")).ShouldSucceed().Out.ShouldContain("12.5000");
    }

    [Fact]
    public async Task Rows_of_several_generations_show_who_answered_each_and_for_whom()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(Predict, """
            {"project":"demo","predictions":[{"query_id":"q:0","version":"0.1.0:1","fallback":{"from":"canary","why":"it failed"},"value":12.5},
             {"query_id":"q:1","version":"0.1.0:2","value":2}]}
            """);
        var lines = (await server.RunAsync("model", "predict", "demo", "--row", "{}")).ShouldSucceed().Out.Split(
            '\n', StringSplitOptions.TrimEntries);
        lines[0].ShouldBe("demo");
        lines[2].ShouldEndWith("12.5000  0.1.0:1, for canary: it failed");
        lines[3].ShouldEndWith("2.0000  0.1.0:2");
    }

    [Fact]
    public async Task Problems_of_fields_are_listed()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse(Predict, 400, """
            {"title":"Invalid query","status":400,"detail":"2 fields are wrong","errors":[
             {"row":0,"field":"hour","message":"25 is above 23"},{"row":3,"field":"vehicle","message":"missing"}]}
            """);
        (await server.RunAsync("model", "predict", "demo", "--row", "{}"))
            .ShouldFail(1, "error: Invalid query: 2 fields are wrong\n", "  row 0, hour: 25 is above 23\n", "  row 3, vehicle: missing\n");
    }

    [Fact]
    public async Task A_query_is_shown_with_its_outcome()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("GET /api/projects/demo/queries/q%2F0", """
            {"query_id":"q/0","sequence":7,"at":"2026-01-02T03:04:05Z","version":"0.1.0:1","arm":"champion","reason":"share","fields":{"hour":17},
             "prediction":{"label":"1"},"latency":{"augment":0,"queue":10,"predict":1500,"total":2000},"attempts":1,"outcome":"0",
             "outcomes":[{"query_id":"q/0","value":"1","reported_at":"2026-01-02T04:00:00Z"},{"query_id":"q/0","value":"0","reported_at":"2026-01-02T05:00:00Z"}]}
            """);
        var text = (await server.RunAsync("query", "show", "demo", "q/0")).ShouldSucceed().Out;
        text.ShouldContain("0.1.0:1 (champion, share)");
        text.ShouldContain("""{"hour":17}""");
        text.ShouldContain("2.000 ms");
        text.ShouldContain("1 (reported 2026-01-02 04:00:00Z)");
        text.ShouldContain("0 (reported 2026-01-02 05:00:00Z)");
    }

    [Theory]
    [InlineData("""{"accepted":1,"corrected":0,"repeated":0,"unmatched":0}""", "Accepted.")]
    [InlineData("""{"accepted":0,"corrected":1,"repeated":0,"unmatched":0}""", "Corrected")]
    [InlineData("""{"accepted":0,"corrected":0,"repeated":1,"unmatched":0}""", "nothing changed")]
    [InlineData("""{"accepted":1,"corrected":0,"repeated":0,"unmatched":1}""", "no query of this id")]
    public async Task What_became_of_an_outcome_is_said(string receipt, string said)
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer("POST /api/projects/demo/outcomes", receipt);
        (await server.RunAsync("outcome", "report", "demo", "q", "-3.5")).ShouldSucceed().Out.ShouldContain(said);
        server.BodyText.ShouldBe("""{"outcomes":[{"query_id":"q","outcome":"-3.5"}]}""");
    }

    [Fact]
    public async Task About_states_the_versions_of_orleans_and_onnx_runtime()
    {
        await using var server = await FakeServer.StartAsync();
        server.Answer(
            "GET /api/about", """{"product":"Progeny","version":"0.1.0","node":"here","orleans":"10.4.2","onnx_runtime":"1.31.1"}""");
        var text = (await server.RunAsync("about")).ShouldSucceed().Out;
        text.ShouldContain("10.4.2");
        text.ShouldContain("1.31.1");
    }
}
