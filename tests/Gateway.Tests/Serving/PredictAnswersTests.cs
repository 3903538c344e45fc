using System.Text;
using System.Text.Json.Nodes;
using Progeny.Core.Queries;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>The table of docs/serving.md: what a query by rows is answered, whatever it holds.</summary>
[Collection(ServingCollection.Name)]
public sealed class PredictAnswersTests(ServingNode serving)
{
    private const string Predict = "/api/projects/rich/predict";

    [Fact]
    public async Task Full_row_is_answered_with_the_models_value()
    {
        var answer = await serving.PostAsync(Predict, Rows(Row()), 200);
        ((string)answer["project"]!).ShouldBe("rich");
        ((string)answer["version"]!).ShouldBe("1.0.0:1");
        ((float)answer["predictions"]![0]!["value"]!).ShouldBe(10.5f);
        Guid.TryParse((string)answer["predictions"]![0]!["query_id"]!, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("weight", "null")]
    [InlineData("weight", null)]
    [InlineData("vehicle", "\"\"")]
    [InlineData("note", null)]
    [InlineData("courier", "\"never seen\"")]
    [InlineData("courier", "17")]
    [InlineData("express", "0")]
    [InlineData("hour", "9.0")]
    [InlineData("hour", "9e0")]
    [InlineData("stops", "9007199254740993")]
    [InlineData("customer", null)]
    [InlineData("customer", "12.5")]
    public async Task Value_that_may_be_so_is_answered(string field, string? value)
    {
        var answer = await serving.PostAsync(Predict, Rows(Row(field, value)), 200);
        ((float)answer["predictions"]![0]!["value"]!).ShouldBe(10.5f);
    }

    [Theory]
    [InlineData("hour", null, "a value is required: 'hour' is not nullable")]
    [InlineData("hour", "null", "a value is required: 'hour' is not nullable")]
    [InlineData("hour", "24", "24 is above the greatest value allowed, 23")]
    [InlineData("hour", "-1", "-1 is below the least value allowed, 0")]
    [InlineData("hour", "1.5", "1.5 is not an integer")]
    [InlineData("hour", "\"9\"", "the text '9' is not an integer")]
    [InlineData("hour", "true", "true is not an integer")]
    [InlineData("hour", "[9]", "a value must be a number, a string, a boolean or null")]
    [InlineData("hour", "{\"a\":[9]}", "a value must be a number, a string, a boolean or null")]
    [InlineData("stops", "1e30", "1E+30 is too large to be exact")]
    [InlineData("distance", "\"NaN\"", "the text 'NaN' is not a number")]
    [InlineData("distance", "1001", "1001 is above the greatest value allowed, 1000")]
    [InlineData("weight", "1e39", "1E+39 is out of the range of a 32-bit float")]
    [InlineData("weight", "1e999", "out of the range of a 32-bit float")]
    [InlineData("express", "2", "2 is not a boolean; true or false is")]
    [InlineData("express", "\"true\"", "the text 'true' is not a boolean")]
    [InlineData("vehicle", "\"plane\"", "'plane' is not allowed; one of 'car', 'bike' is")]
    [InlineData("courier", "\"\"", "a value is required: 'courier' is not nullable")]
    [InlineData("customer", "1e999", "the number is out of the range of a 64-bit float")]
    [InlineData("customer", "[1]", "a value must be a number, a string, a boolean or null")]
    [InlineData("wieght", "1", "there is no such field; did you mean 'weight'? The fields are hour, distance, express, weight")]
    [InlineData("zebra", "1", "there is no such field; the fields are hour")]
    public async Task Value_that_does_not_fit_is_refused_with_its_row_and_field(string field, string? value, string message)
    {
        var problem = await serving.PostAsync(Predict, Rows(Row(), Row(field, value)), 400);
        ((string)problem["title"]!).ShouldBe("Invalid query");
        var error = problem["errors"]!.AsArray().ShouldHaveSingleItem()!;
        ((int)error["row"]!).ShouldBe(1);
        ((string)error["field"]!).ShouldBe(field);
        ((string)error["message"]!).ShouldContain(message);
    }

    [Theory]
    [InlineData("\"weight\":null,\"weight\":1")]
    [InlineData("\"hour\":9")]
    [InlineData("\"customer\":\"c\"")]
    public async Task Field_that_a_row_has_twice_is_refused(string more)
    {
        var problem = await serving.PostAsync(Predict, Rows(Row("weight", null).Replace("}", $",{more}}}", StringComparison.Ordinal)), 400);
        ((string)problem["errors"]![0]!["message"]!).ShouldBe("the field appears more than once");
    }

    [Theory]
    [InlineData("", "The request is no JSON")]
    [InlineData("null", "The request must be a JSON object like {\"rows\"")]
    [InlineData("[]", "The request must be a JSON object like {\"rows\"")]
    [InlineData("{}", "'rows' is missing")]
    [InlineData("{\"rows\":[]}", "'rows' is empty")]
    [InlineData("{\"rows\":{}}", "'rows' must be an array of objects")]
    [InlineData("{\"rows\":[[]]}", "rows[0] must be an object")]
    [InlineData("{\"rows\":[{\"hour\":NaN}]}", "The request is no JSON: 'N' is an invalid start of a value")]
    [InlineData("{\"rows\":[{\"hour\":1}", "The request is no JSON")]
    [InlineData("{\"rows\":[{\"hour\":1}]} {}", "The request is no JSON")]
    [InlineData("{\"rows\":[{}],\"rows\":[{}]}", "'rows' appears more than once")]
    [InlineData("{\"query_id\":\"a\",\"query_id\":\"b\",\"rows\":[{}]}", "'query_id' appears more than once")]
    [InlineData("{\"rows\":[{}],\"query_id\":7}", "'query_id' must be a text of 1 to 256 characters, or be left out")]
    [InlineData("{\"rows\":[{}],\"query_id\":\"\"}", "'query_id' must be a text of 1 to 256 characters, or be left out")]
    [InlineData("{\"rows\":[{}],\"entity\":{}}", "'entity' must be a text of 1 to 256 characters, or be left out")]
    [InlineData(
        "{\"rows\":[{}],\"queryid\":\"a\"}",
        "'queryid' is no part of a request; did you mean 'query_id'? The parts are rows, query_id, entity.")]
    [InlineData("{\"rows\":[{\"note\":\"\\ud800\"}]}", "no valid UTF-8")]
    public async Task Request_that_is_none_is_refused(string json, string message)
    {
        var problem = await serving.PostAsync(Predict, json, 400);
        ((string)problem["detail"]!).ShouldContain(message);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_refused()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes("{\"rows\":[{\"note\":\""), 0xC3, 0x28, .. Encoding.UTF8.GetBytes("\"}]}")];
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        using var response = await serving.Http.PostAsync(Predict, content);
        ((int)response.StatusCode).ShouldBe(400);
        (await response.Content.ReadAsStringAsync()).ShouldContain("UTF-8");
    }

    [Fact]
    public async Task Request_without_its_content_type_is_told_which()
    {
        using var content = new StringContent(Rows(Row()), Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await serving.Http.PostAsync(Predict, content);
        ((int)response.StatusCode).ShouldBe(415);
        (await response.Content.ReadAsStringAsync()).ShouldContain("Content-Type: application/json");
    }

    [Fact]
    public async Task One_row_more_than_100000_is_refused_and_100000_are_answered()
    {
        var many = string.Join(',', Enumerable.Repeat(Row(), QueryRowsReader.MaxRows));
        var answer = await serving.PostAsync("/api/projects/unlogged/predict", $"{{\"rows\":[{many}]}}", 200);
        answer["predictions"]!.AsArray().Count.ShouldBe(100_000);
        var problem = await serving.PostAsync(Predict, $"{{\"rows\":[{many},{Row()}]}}", 400);
        ((string)problem["detail"]!).ShouldContain("at most 100000 rows");
    }

    [Fact]
    public async Task Body_over_64_MiB_is_refused()
    {
        using var content = new ByteArrayContent(new byte[(64 << 20) + 1]) { Headers = { ContentType = new("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Predict) { Content = content, Headers = { ExpectContinue = true } };
        using var response = await serving.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(413);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        ((string)problem["detail"]!).ShouldContain("67108864");
        ((string)problem["detail"]!).ShouldContain("Serving:MaxBodyBytes");
    }

    [Fact]
    public async Task No_more_than_20_errors_are_listed()
    {
        var problem = await serving.PostAsync(Predict, $"{{\"rows\":[{string.Join(',', Enumerable.Repeat("{\"a\":1}", 1000))}]}}", 400);
        problem["errors"]!.AsArray().Count.ShouldBe(FeatureBatchBuilder.MaxErrors);
    }

    [Theory]
    [InlineData("/api/projects/nobody/predict", 404, "There is no project 'nobody'")]
    [InlineData("/api/projects/nobody/versions/1.0.0:1/predict", 404, "There is no generation nobody@1.0.0:1")]
    [InlineData("/api/projects/rich/versions/1.0.0:2/predict", 404, "There is no generation rich@1.0.0:2")]
    [InlineData("/api/projects/rich/versions/latest/predict", 404, "'latest' is no version; one looks like '1.2.0:3'")]
    [InlineData("/api/projects/idle/predict", 409, "no generation in production yet; train one and promote it")]
    [InlineData(
        "/api/projects/types/predict", 400, "declares no features, so it has no rows; ask it by tensors (POST /v2/models/types/infer)")]
    public async Task Project_or_version_that_cannot_answer_is_told_why(string path, int status, string message)
    {
        var problem = await serving.PostAsync(path, Rows(Row()), status);
        ((string)problem["detail"]!).ShouldContain(message);
    }

    [Fact]
    public async Task Version_asked_for_answers()
    {
        var answer = await serving.PostAsync("/api/projects/rich/versions/1.0.0:1/predict", Rows(Row()), 200);
        ((string)answer["version"]!).ShouldBe("1.0.0:1");
    }

    [Fact]
    public async Task Model_that_has_no_finite_answer_is_an_error_of_the_model_and_logged()
    {
        var body = $"{{\"rows\":[{Row("distance", "-1")}],\"query_id\":\"failing\"}}";
        var problem = await serving.PostAsync(Predict, body, 500);
        ((string)problem["title"]!).ShouldBe("The model failed");
        ((string)problem["detail"]!).ShouldContain("Output 'value' is NaN for row 0; a prediction must be finite");
        var query = await serving.Node.UntilAsync("/api/projects/rich/queries/failing", _ => true);
        ((string)query["error"]!).ShouldContain("NaN");
        query["prediction"].ShouldBeNull();
    }

    [Fact]
    public async Task Rows_of_one_query_get_its_id_and_their_index()
    {
        var one = await serving.PostAsync(Predict, $"{{\"query_id\":\"a/b c%2F\",\"rows\":[{Row()}]}}", 200);
        ((string)one["predictions"]![0]!["query_id"]!).ShouldBe("a/b c%2F");
        var two = await serving.PostAsync(Predict, $"{{\"query_id\":\"q\",\"rows\":[{Row()},{Row()}]}}", 200);
        two["predictions"]!.AsArray().Select(row => (string)row!["query_id"]!).ShouldBe(["q:0", "q:1"]);
        await serving.Node.UntilAsync("/api/projects/rich/queries/q:1", query => (string)query["query_id"]! == "q:1");
        await serving.Node.UntilAsync(
            "/api/projects/rich/queries/" + Uri.EscapeDataString("a/b c%2F"), query => (string)query["query_id"]! == "a/b c%2F");
        await serving.GetAsync("/api/projects/rich/queries/q", 404);
    }

    internal static string Rows(params string[] rows) => $"{{\"rows\":[{string.Join(',', rows)}]}}";

    /// <summary>A row that fits <c>rich</c>, with one field of another value (JSON), or without it.</summary>
    internal static string Row(string? field = null, string? value = null)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["hour"] = "9",
            ["distance"] = "2.25",
            ["express"] = "true",
            ["weight"] = "2",
            ["stops"] = "3",
            ["vehicle"] = "\"car\"",
            ["courier"] = "\"ann\"",
            ["note"] = "\"ring twice\"",
            ["customer"] = "\"c1\"",
        };
        if (field is not null && value is null)
            fields.Remove(field);
        else if (field is not null)
            fields[field] = value!;
        return $"{{{string.Join(',', fields.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}";
    }
}
