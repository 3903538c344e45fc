using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Apply;

/// <summary>Batch apply of a trained project with a rule, a category and a field that may be missing.</summary>
public sealed class ApplyTests(TrainedNode trained) : IClassFixture<TrainedNode>
{
    private const int Rows = 5_000;

    private static readonly string[] Vehicles = ["\"bike\"", "\"car\"", "\"van\"", "\"boat\""];

    private Node Node => trained.Node;

    [Theory]
    [InlineData("rows.ndjson")]
    [InlineData("rows.csv")]
    public async Task Rows_when_applied_to_then_have_the_bits_of_online_answers_and_bad_ones_their_reason(string fileName)
    {
        var rows = Enumerable.Range(0, Rows).Select(Row).ToList();
        var isCsv = fileName.EndsWith("csv", StringComparison.Ordinal);
        var text = isCsv ? Csv(rows) : string.Join('\n', rows.Select(row => row.ToJsonString()));
        var job = await ApplyAsync(text, fileName, "file:ndjson");
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        var bad = Lines(await Node.Http.GetStringAsync($"/api/jobs/{job["id"]}/apply/bad-rows"));
        var output = Lines(await Node.Http.GetStringAsync($"/api/jobs/{job["id"]}/apply/output"));
        (output.Count + bad.Count).ShouldBe(Rows);
        output.Select(line => (int)line["row_number"]!).ShouldBeInOrder();
        bad.Select(line => (int)line["row"]!).ShouldBeInOrder();

        using var asked = await Node.Http.PostAsJsonAsync(
            "/api/projects/demo/predict", new { rows = output.Select(line => rows[(int)line["row_number"]! - 1]) });
        asked.StatusCode.ShouldBe(HttpStatusCode.OK, await asked.Content.ReadAsStringAsync());
        var answers = (await asked.Content.ReadFromJsonAsync<JsonNode>())!["predictions"]!.AsArray();
        for (var i = 0; i < output.Count; i++)
        {
            ((string)output[i]["prediction"]!).ShouldBe((string)answers[i]!["label"]!);
            Bits(output[i]["probability_1"]!).ShouldBe(Bits(answers[i]!["probabilities"]!["1"]!), $"row {output[i]["row_number"]}");
            ((string)output[i]["generation"]!).ShouldBe("demo@0.1.0:1");
            ((string?)output[i]["vehicle"]).ShouldBe((string?)rows[(int)output[i]["row_number"]! - 1]["vehicle"]);
        }

        foreach (var line in bad)
        {
            using var refused = await Node.Http.PostAsJsonAsync(
                "/api/projects/demo/predict", new { rows = new[] { rows[(int)line["row"]! - 1] } });
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            var fields = (await refused.Content.ReadFromJsonAsync<JsonNode>())!["errors"]!.ToJsonString();
            ((string)line["reason"]!).Split(": ", 2)[0].ShouldBeOneOf("hour", "distance", "vehicle", "rules.too far");
            fields.ShouldContain(((string)line["reason"]!).Split(": ", 2)[0]);
        }

        bad.Select(line => ((string)line["reason"]!).Split(": ", 2)[0]).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task Predictions_when_written_to_a_dataset_then_can_be_applied_to_with_the_columns_that_are_kept()
    {
        var first = await ApplyAsync(Csv([.. Enumerable.Range(0, 100).Select(Row)]), "rows.csv", "dataset:scores");
        ((string)first["message"]!).ShouldContain("dataset:scores@1");
        var again = await Node.PostAsync(
            "/api/projects/demo/apply", new { input = "dataset:scores@1", output = "file:csv", keep = new[] { "vehicle" } });
        var job = await EndAsync((string)again["id"]!);
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        var text = await Node.Http.GetStringAsync($"/api/jobs/{job["id"]}/apply/output");
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("vehicle,row_number,prediction,probability_0,probability_1,generation,rules");
        lines.Length.ShouldBe(1 + (int)(double)first["metrics"]!["predictions"]!);
    }

    [Fact]
    public async Task Bad_rows_when_more_than_max_bad_rows_then_end_the_job_with_the_first_of_them()
    {
        var job = await ApplyAsync(Csv([.. Enumerable.Range(0, 300).Select(Row)]), "rows.csv", "file:csv", maxBadRows: 2);
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain("max_bad_rows is 2; row ");
    }

    [Fact]
    public async Task Broken_lines_of_a_file_are_bad_rows_too()
    {
        var job = await ApplyAsync("hour,distance,weight,vehicle\n1,2,3,car\n1,2\n1,2,3,van\n", "rows.csv", "file:csv");
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        var bad = Lines(await Node.Http.GetStringAsync($"/api/jobs/{job["id"]}/apply/bad-rows"));
        bad.ShouldHaveSingleItem()["line"]!.GetValue<int>().ShouldBe(3);
        ((double)job["metrics"]!["predictions"]!).ShouldBe(2);
    }

    [Theory]
    [InlineData("dataset:nothing", "file:csv", "There is no dataset 'nothing'.")]
    [InlineData("feed:nothing", "file:csv", "nothing")]
    public async Task Input_that_is_not_there_fails_the_job_with_its_name(string input, string output, string message)
    {
        var query = input.StartsWith("feed", StringComparison.Ordinal) ? "SELECT 1" : null;
        var started = await Node.PostAsync("/api/projects/demo/apply", new { input, output, query });
        var job = await EndAsync((string)started["id"]!);
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain(message);
    }

    [Theory]
    [InlineData("dataset:orders", "feed:crm", "feed:NAME/TABLE")]
    [InlineData("dataset:orders", "feed:crm/scores; DROP TABLE x", "feed:NAME/TABLE")]
    [InlineData("dataset:orders", "dataset:scores@2", "none can be named")]
    [InlineData("orders", "file:csv", "dataset:NAME")]
    [InlineData("feed:crm", "file:csv", "query is missing")]
    [InlineData("file:none", "file:csv", "send it")]
    [InlineData("dataset:orders", "file:xml", "file:parquet")]
    public async Task Request_that_cannot_be_right_is_refused(string input, string output, string message)
    {
        using var response = await Node.Http.PostAsJsonAsync("/api/projects/demo/apply", new { input, output });
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain(message);
    }

    [Fact]
    public async Task Input_without_a_field_that_is_required_fails_the_job_before_any_row_where_no_rule_could_give_it()
    {
        var job = await ApplyAsync("colour\nred\n", "rows.csv", "file:csv");
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain("none of the fields");
    }

    [Fact]
    public async Task Predictions_of_a_feeds_rows_are_written_into_a_table_of_a_feed_and_can_be_asked_for()
    {
        var started = await Node.PostAsync(
            "/api/projects/demo/apply",
            new { input = "feed:crm", query = "SELECT * FROM rides ORDER BY id", output = "feed:crm/scores", keep = new[] { "id" } });
        var job = await EndAsync((string)started["id"]!);
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        ((string)job["message"]!).ShouldContain("2 predictions in feed:crm/scores, 1 bad rows");
        (await Node.Http.GetStringAsync($"/api/jobs/{job["id"]}/log")).ShouldContain("1 chunks written into feed:crm/scores");

        var found = await Node.PostAsync(
            "/api/projects/demo/feeds/crm/query", new { sql = "SELECT id, prediction, generation FROM scores ORDER BY id", limit = 1 });
        found["columns"]!.ToJsonString().ShouldBe("""["id","prediction","generation"]""");
        found["rows"]!.AsArray().Count.ShouldBe(1);
        ((string)found["rows"]![0]![2]!).ShouldBe("demo@0.1.0:1");
        ((bool)found["more"]!).ShouldBeTrue();
    }

    [Theory]
    [InlineData("feed:crm/rides", "'rides' may not be written")]
    [InlineData("feed:none/scores", "no such feed")]
    public async Task Table_that_may_not_be_written_fails_the_job_before_any_row(string output, string message)
    {
        var started = await Node.PostAsync(
            "/api/projects/demo/apply", new { input = "feed:crm", query = "SELECT * FROM rides", output });
        var job = await EndAsync((string)started["id"]!);
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain(message);
    }

    [Fact]
    public async Task Job_that_is_cancelled_ends_and_writes_nothing_into_the_table()
    {
        const string Query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) "
            + "SELECT -i AS id, 8 AS hour, 2.5 AS distance, NULL AS weight, 'bike' AS vehicle FROM n";
        var started = await Node.PostAsync(
            "/api/projects/demo/apply", new { input = "feed:crm", query = Query, output = "feed:crm/scores", keep = new[] { "id" } });
        await Node.UntilAsync($"/api/jobs/{started["id"]}", info => (string)info["status"]! == "running");
        (await Node.PostAsync($"/api/jobs/{started["id"]}/cancel", new { })).ShouldNotBeNull();
        ((string)(await EndAsync((string)started["id"]!))["status"]!).ShouldBe("cancelled");

        var jobs = await Node.PostAsync(
            "/api/projects/demo/feeds/crm/query", new { sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'progeny_applied'" });
        if (jobs["rows"]!.ToJsonString() == "[[1]]")
        {
            (await Node.PostAsync("/api/projects/demo/feeds/crm/query", new { sql = "SELECT count(*) FROM scores WHERE id < 0" }))["rows"]!
                .ToJsonString().ShouldBe("[[0]]");
        }
    }

    [Theory]
    [InlineData("crm", "DELETE FROM rides", 100, "SELECT")]
    [InlineData("crm", "SELECT nothing FROM rides", 100, "nothing")]
    [InlineData("none", "SELECT 1", 100, "no such feed")]
    [InlineData("crm", "SELECT 1", 0, "limit")]
    public async Task Query_of_a_feed_that_cannot_be_right_is_refused(string feed, string sql, int limit, string message)
    {
        using var response = await Node.Http.PostAsJsonAsync($"/api/projects/demo/feeds/{feed}/query", new { sql, limit });
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain(message);
    }

    [Fact]
    public async Task Answers_when_logged_then_are_found_by_the_id_that_the_output_has()
    {
        var job = await ApplyAsync(Csv([.. Enumerable.Range(0, 40).Select(Row)]), "rows.csv", "file:ndjson", log: true);
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        foreach (var line in Lines(await Node.Http.GetStringAsync($"/api/jobs/{job["id"]}/apply/output")))
        {
            ((string)line["query_id"]!).ShouldBe($"{job["id"]}:{line["row_number"]}");
            var query = await Node.Http.GetFromJsonAsync<JsonNode>($"/api/projects/demo/queries/{line["query_id"]}");
            query!.ToJsonString().ShouldContain((string)line["query_id"]!);
        }
    }

    private static int Bits(JsonNode number) =>
        BitConverter.SingleToInt32Bits(float.Parse(number.ToJsonString(), CultureInfo.InvariantCulture));

    private static List<JsonNode> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    /// <summary>A row of any quality, always the same for its number.</summary>
    private static JsonObject Row(int number)
    {
        var random = new Random(number);
        var hour = random.Next(100) == 0 ? 24 : random.Next(24);
        var distance = random.Next(50) == 0 ? 101 + random.Next(9) : Math.Round(random.NextDouble() * 20, 3);
        var weight = random.Next(3) == 0 ? "null" : random.NextDouble().ToString("R", CultureInfo.InvariantCulture);
        var vehicle = Vehicles[random.Next(60) == 0 ? 3 : random.Next(3)];
        var shown = random.Next(70) == 0 ? "null" : distance.ToString("R", CultureInfo.InvariantCulture);
        return JsonNode.Parse(
            $$"""{"hour": {{hour}}, "distance": {{shown}}, "weight": {{weight}}, "vehicle": {{vehicle}}}""")!.AsObject();
    }

    private static string Csv(IReadOnlyList<JsonObject> rows)
    {
        var text = new StringBuilder("hour,distance,weight,vehicle\n");
        foreach (var row in rows)
            text.AppendJoin(',', row.Select(field => field.Value?.ToString() ?? "")).Append('\n');
        return text.ToString();
    }

    private async Task<JsonNode> ApplyAsync(string text, string fileName, string output, long? maxBadRows = null, bool log = false)
    {
        using var content = new StringContent(text, new MediaTypeHeaderValue("application/octet-stream"));
        using var sent = await Node.Http.PostAsync("/api/projects/demo/apply/files", content);
        sent.StatusCode.ShouldBe(HttpStatusCode.OK, await sent.Content.ReadAsStringAsync());
        var input = (string)(await sent.Content.ReadFromJsonAsync<JsonNode>())!["input"]!;
        var job = await Node.PostAsync(
            "/api/projects/demo/apply", new { input, file_name = fileName, output, max_bad_rows = maxBadRows, log });
        return await EndAsync((string)job["id"]!);
    }

    private Task<JsonNode> EndAsync(string job) => Node.UntilAsync($"/api/jobs/{job}", info => info["ended_at"] is not null);
}
