using System.Text;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Tracking;

public sealed class TrackingApiTests(TrackingNode tracking) : IClassFixture<TrackingNode>
{
    private const string Root = "/api/2.0/mlflow";

    [Theory]
    [InlineData("/api/2.0/mlflow")]
    [InlineData("/ajax-api/2.0/mlflow")]
    [InlineData("/api/2.0/preview/mlflow")]
    public async Task Api_has_three_names(string root) =>
        ((string)(await tracking.Node.GetAsync($"{root}/experiments/get?experiment_id=0"))["experiment"]!["name"]!).ShouldBe("Default");

    [Fact]
    public async Task Numbers_that_are_none_and_whole_numbers_as_texts_are_read_and_written_as_mlflow_does()
    {
        var run = await StartAsync();
        foreach (var value in new[] { "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "1e300" })
            await PostAsync("runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":{{value}},"timestamp":"17","step":"3"}""");

        var history = (await tracking.Node.GetAsync($"{Root}/metrics/get-history?run_id={run}&metric_key=m"))["metrics"]!.AsArray();
        history.Select(point => point!["value"]!.ToJsonString()).ShouldBe(["\"NaN\"", "\"-Infinity\"", "1E+300", "\"Infinity\""]);
        history.ShouldAllBe(point => (long)point!["timestamp"]! == 17 && (long)point["step"]! == 3);
        var page = await tracking.Node.GetAsync($"{Root}/metrics/get-history?run_id={run}&metric_key=m&max_results=3");
        var token = Uri.EscapeDataString((string)page["next_page_token"]!);
        (await tracking.Node.GetAsync($"{Root}/metrics/get-history?run_id={run}&metric_key=m&max_results=3&page_token={token}"))["metrics"]!
            .AsArray().Count.ShouldBe(1);
        (await tracking.Node.GetAsync($"/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids={run}&metric_key=m&max_results=2"))
            ["metrics"]!.AsArray().Select(point => (string)point!["run_id"]!).ShouldBe([run, run]);
    }

    [Theory]
    [InlineData("runs/get?run_id=missing", 404, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("runs/get", 400, "INVALID_PARAMETER_VALUE")]
    [InlineData("experiments/get?experiment_id=77", 404, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("registered-models/get?name=missing", 404, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("model-versions/get?name=missing&version=x", 400, "INVALID_PARAMETER_VALUE")]
    [InlineData("registered-models/search?filter=nothing%20%3D%20'x'", 400, "INVALID_PARAMETER_VALUE")]
    [InlineData("logged-models/m-missing", 404, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("nothing/here", 404, "ENDPOINT_NOT_FOUND")]
    public async Task Error_has_mlflows_shape(string path, int status, string code)
    {
        using var response = await tracking.Node.Http.GetAsync($"{Root}/{path}");
        ((int)response.StatusCode).ShouldBe(status);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        ((string?)error["error_code"]).ShouldBe(code);
        error.Select(pair => pair.Key).ShouldBe(["error_code", "message"]);
    }

    [Theory]
    [InlineData("runs/log-batch", """{"run_id":"RUN","metrics":[{"key":"m","timestamp":1}]}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("runs/log-batch", """{"run_id":"RUN","metrics":[{"key":"../m","value":1,"timestamp":1}]}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("runs/log-batch", """{"run_id":"RUN","params":[{"key":"a*","value":"1"}]}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("runs/log-metric", """{"run_id":"RUN","key":"m","value":"x","timestamp":1}""", "BAD_REQUEST")]
    [InlineData("runs/log-metric", "[", "BAD_REQUEST")]
    [InlineData("runs/update", """{"run_id":"RUN","status":"DONE"}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("runs/search", """{"experiment_ids":["0"],"filter":"metrics.m >"}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("runs/search", """{"experiment_ids":["0"],"max_results":50001}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("runs/search", """{"experiment_ids":["0"],"page_token":"x"}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("experiments/create", """{"name":"Default"}""", "RESOURCE_ALREADY_EXISTS")]
    [InlineData("experiments/create", "{}", "INVALID_PARAMETER_VALUE")]
    [InlineData("registered-models/create", """{"name":"a/b"}""", "INVALID_PARAMETER_VALUE")]
    public async Task Request_that_is_wrong_is_refused(string path, string body, string code)
    {
        var run = await StartAsync();
        var (status, answer) = await tracking.Node.TryPostAsync($"{Root}/{path}", body.Replace("RUN", run, StringComparison.Ordinal));
        status.ShouldBe(400, answer.ToJsonString());
        ((string?)answer["error_code"]).ShouldBe(code);
    }

    [Fact]
    public async Task Batch_above_the_limits_is_refused()
    {
        var run = await StartAsync();
        var metrics = string.Join(",", Enumerable.Range(0, 1001).Select(i => $$"""{"key":"m","value":{{i}},"timestamp":1}"""));
        var tags = string.Join(",", Enumerable.Range(0, 101).Select(i => $$"""{"key":"t{{i}}","value":""}"""));
        foreach (var body in new[] { $"\"metrics\":[{metrics}]", $"\"tags\":[{tags}]", $"\"params\":[{tags}]" })
            (await tracking.Node.TryPostAsync($"{Root}/runs/log-batch", $$"""{"run_id":"{{run}}",{{body}}}""")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Artifact_is_put_listed_read_and_deleted_and_multipart_is_refused_in_the_words_that_the_client_knows()
    {
        var run = await StartAsync();
        var path = $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/d/a b.txt";
        using (var body = new StringContent("hello", Encoding.UTF8, "text/plain"))
        using (var put = await tracking.Node.Http.PutAsync(path, body))
            ((int)put.StatusCode).ShouldBe(200);
        (await tracking.Node.Http.GetStringAsync(path)).ShouldBe("hello");
        (await tracking.Node.GetAsync($"{Root}/artifacts/list?run_id={run}&path=d"))["files"]!.ToJsonString()
            .ShouldBe("""[{"path":"d/a b.txt","is_dir":false,"file_size":5}]""");
        using (var deleted = await tracking.Node.Http.DeleteAsync(path))
            ((int)deleted.StatusCode).ShouldBe(200);
        using (var missing = await tracking.Node.Http.GetAsync(path))
            ((int)missing.StatusCode).ShouldBe(404);
        var (status, answer) = await tracking.Node.TryPostAsync(
            $"/api/2.0/mlflow-artifacts/mpu/create/0/{run}/artifacts/big", """{"path":"big","num_parts":2}""");
        status.ShouldBe(501);
        ((string)answer["message"]!).ShouldStartWith("Multipart upload is not supported for the current artifact repository");
        using var outside = await tracking.Node.Http.GetAsync("/api/2.0/mlflow-artifacts/artifacts?path=..%2F..%2Fetc");
        ((int)outside.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task Version_of_a_model_is_registered_from_a_run_and_from_another_version()
    {
        var run = await StartAsync();
        await PostAsync("registered-models/create", """{"name":"of-run"}""");
        await PostAsync("model-versions/create", $$"""{"name":"of-run","source":"runs:/{{run}}/model","run_id":"{{run}}"}""");
        await PostAsync("model-versions/create", """{"name":"of-run","source":"models:/of-run/1"}""");
        foreach (var version in new[] { 1, 2 })
        {
            ((string)(await tracking.Node.GetAsync($"{Root}/model-versions/get-download-uri?name=of-run&version={version}"))["artifact_uri"]!)
                .ShouldBe($"mlflow-artifacts:/0/{run}/artifacts/model");
        }
    }

    private async Task<string> StartAsync() =>
        (string)(await PostAsync("runs/create", """{"experiment_id":"0"}"""))["run"]!["info"]!["run_id"]!;

    private async Task<JsonNode> PostAsync(string path, string body)
    {
        var (status, answer) = await tracking.Node.TryPostAsync($"{Root}/{path}", body);
        status.ShouldBe(200, answer.ToJsonString());
        return answer;
    }
}
