using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Serving;
using Progeny.Core.QueryLog;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>
/// A gateway without a silo answers what the node answers: each request is sent to both, and status, headers, bytes and records in the log
/// of the node that has the agent are compared.
/// </summary>
[Collection(ServingCollection.Name)]
public sealed partial class ClientGatewayTests(ServingNode serving, ClientGateway remote) : IClassFixture<ClientGateway>
{
    private const string Iris = "{\"sepal_length\": 5.1, \"sepal_width\": 3.5, \"petal_length\": 1.4, \"petal_width\": 0.2}";
    private const string Rich = "{\"hour\": 7, \"distance\": 2.25, \"express\": true, \"courier\": \"c\", \"customer\": \"k1\"}";
    private const string Tensor = "{\"name\": \"a\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1.5, 2]}, {\"name\": \"b\", "
        + "\"datatype\": \"FP32\", \"shape\": [2], \"data\": [0.25, 3]}";

    [Theory]
    [InlineData(200, "iris/predict", "{\"rows\": [" + Iris + ", " + Iris + "], \"query_id\": \"door-1\"}")]
    [InlineData(200, "rich/predict", "{\"rows\": [" + Rich + "], \"query_id\": \"door-2\"}")]
    [InlineData(200, "rich/versions/1.0.0:1/predict", "{\"rows\": [" + Rich + "], \"query_id\": \"door-3\"}")]
    [InlineData(200, "durable/predict", "{\"rows\": [" + Rich + "], \"query_id\": \"door-4\"}")]
    [InlineData(200, "broken/predict", "{\"rows\": [{\"shop\": \"s1\"}], \"query_id\": \"door-5\"}")]
    [InlineData(400, "rich/predict", "{\"rows\": [{\"hour\": 99, \"distance\": \"far\"}], \"query_id\": \"door-6\"}")]
    [InlineData(400, "rich/predict", "no json")]
    [InlineData(400, "stranger/predict", "{\"rows\": [{\"x\": 1}]}")]
    [InlineData(404, "rich/versions/1.0.0:7/predict", "{\"rows\": [" + Rich + "]}")]
    [InlineData(404, "nobody/predict", "{\"rows\": [" + Rich + "]}")]
    [InlineData(409, "idle/predict", "{\"rows\": [" + Rich + "]}")]
    [InlineData(503, "down/predict", "{\"rows\": [{\"shop\": \"s1\"}], \"query_id\": \"door-7\"}")]
    public async Task Rows_are_answered_and_logged_alike(int status, string path, string body) =>
        await CompareAsync(status, $"/api/projects/{path}", body);

    [Theory]
    [InlineData(200, "difference/infer", "{\"id\": \"door-8\", \"inputs\": [" + Tensor + "]}")]
    [InlineData(
        200,
        "difference/versions/1.0.0:1/infer",
        "{\"id\": \"door-9\", \"inputs\": [" + Tensor + "], \"parameters\": {\"binary_data_output\": true}}")]
    [InlineData(
        200,
        "rich/infer",
        "{\"id\": \"door-10\", \"inputs\": [{\"name\": \"hour\", \"datatype\": \"INT64\", \"shape\": [1], \"data\": [7]}, {\"name\": "
            + "\"distance\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [4]}, {\"name\": \"express\", \"datatype\": \"BOOL\", "
            + "\"shape\": [1], \"data\": [true]}, {\"name\": \"courier\", \"datatype\": \"BYTES\", \"shape\": [1], \"data\": [\"c\"]}]}")]
    [InlineData(400, "difference/infer", "{\"inputs\": [" + Tensor + "], \"outputs\": [{\"name\": \"sum\"}]}")]
    [InlineData(400, "difference/infer", "{\"inputs\": [{\"name\": \"a\"}]}")]
    [InlineData(404, "nobody/infer", "{\"inputs\": [" + Tensor + "]}")]
    [InlineData(409, "idle/infer", "{\"inputs\": [" + Tensor + "]}")]
    public async Task Tensors_are_answered_and_logged_alike(int status, string path, string body) =>
        await CompareAsync(status, $"/v2/models/{path}", body);

    [Fact]
    public async Task Tensors_in_binary_are_answered_alike()
    {
        var json =
            $"{{\"id\":\"door-11\",\"inputs\":[{BinaryRequest.Input("in_BYTES", "BYTES", "1,1", 6)}],\"outputs\":[{{\"name\":\"out_BYTES\",\"parameters\":{{\"binary_data\":true}}}}]}}";
        byte[] binary = [2, 0, 0, 0, 0xFF, 0xFE]; // no UTF-8
        var body = (byte[])[.. Encoding.UTF8.GetBytes(json), .. binary];
        await CompareAsync(null, "/v2/models/any_text/infer", body, (BinaryRequest.Header, $"{Encoding.UTF8.GetByteCount(json)}"));
        var text = json.Replace("in_BYTES", "x", StringComparison.Ordinal).Replace("out_BYTES", "y", StringComparison.Ordinal);
        await CompareAsync(
            null, "/v2/models/any_text/infer", [.. Encoding.UTF8.GetBytes(text), .. binary], (BinaryRequest.Header, "99999"));
    }

    [Theory]
    [InlineData(504, "endless", "100ms")]
    [InlineData(200, "cached", "30s")]
    [InlineData(400, "cached", "soon")]
    public async Task Deadlines_pass_alike(int status, string project, string deadline) =>
        await CompareAsync(
            status,
            $"/api/projects/{project}/predict",
            "{\"rows\": [{\"shop\": \"s1\"}], \"query_id\": \"door-12\"}"u8.ToArray(),
            ("Progeny-Deadline", deadline));

    [Fact]
    public async Task Queries_past_the_bound_are_refused_alike()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            SendAsync(remote.Http, "/api/projects/patient/predict", Encoding.UTF8.GetBytes($"{{\"rows\": [{{\"shop\": \"r{i}\"}}]}}"))));

        answers.Count(answer => answer.Status == 429 && answer.Headers.Contains("Retry-After: 1", StringComparison.Ordinal)).ShouldBe(4);
        answers.Count(answer => answer.Status == 200).ShouldBe(2);
    }

    [Theory]
    [InlineData("iris")]
    [InlineData("nobody")]
    [InlineData("idle")]
    public async Task Readiness_is_told_alike(string project)
    {
        var (own, other) = (
            await serving.Http.GetAsync($"/v2/models/{project}/ready"), await remote.Http.GetAsync($"/v2/models/{project}/ready"));

        other.StatusCode.ShouldBe(own.StatusCode);
        TextOf(await other.Content.ReadAsByteArrayAsync()).ShouldBe(TextOf(await own.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task Client_that_leaves_cancels_its_query()
    {
        using var gone = new CancellationTokenSource();
        var asked = remote.Agents.PredictAsync("endless", new() { Body = "{\"rows\": [{\"shop\": \"s1\"}]}"u8.ToArray() }, gone.Token)
            .AsTask();
        await gone.CancelAsync();

        using var answer = await asked.WaitAsync(TimeSpan.FromSeconds(15)); // its feed takes 20
        answer.Error!.Kind.ShouldBe(ServingErrorKind.DeadlineExceeded);
    }

    private Task CompareAsync(int status, string path, string body) => CompareAsync(status, path, Encoding.UTF8.GetBytes(body));

    private async Task CompareAsync(int? status, string path, byte[] body, params (string Name, string Value)[] headers)
    {
        var own = await SendAsync(serving.Http, path, body, headers);
        var other = await SendAsync(remote.Http, path, body, headers);

        if (status is not null)
            own.Status.ShouldBe(status.Value, Encoding.UTF8.GetString(own.Body));
        other.Status.ShouldBe(own.Status, Encoding.UTF8.GetString(other.Body));
        other.Headers.ShouldBe(own.Headers);
        if (own.Status == 200)
            other.Body.ShouldBe(own.Body);
        else
            TextOf(other.Body).ShouldBe(TextOf(own.Body));
        if (own.Status is 200 or 503)
            await UntilLoggedAlikeAsync(path.Split('/')[3], QueryId().Match(Encoding.UTF8.GetString(body)).Value);
    }

    /// <summary>Waits until both requests with an id have left their records, the same but for their times.</summary>
    private async Task UntilLoggedAlikeAsync(string project, string queryId)
    {
        var log = serving.Node.Services.GetRequiredService<IQueryLog>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var page = await log.ListAsync(project, null, null, null, 1_000, limit.Token);
            string[] records = [.. page.Select(query => query.Record with { At = default, Latency = default! })
                .Where(record => record.QueryId == queryId || record.QueryId.StartsWith($"{queryId}:", StringComparison.Ordinal))
                .Select(JsonOf)];
            if (records.Length > 0 && records.Length % 2 == 0
                && records.Take(records.Length / 2).SequenceEqual(records.Skip(records.Length / 2)))
                return;
            await Task.Delay(20, limit.Token);
        }
    }

    private static string JsonOf(QueryRecord record)
    {
        var json = new ArrayBufferWriter<byte>();
        QueryRecordWriter.Write(json, record);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    [GeneratedRegex("door-[0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex QueryId();

    /// <summary>A text of an answer without the id of its trace.</summary>
    private static string TextOf(byte[] body)
    {
        if (body.Length == 0 || body[0] != '{')
            return Convert.ToHexString(body);
        var json = JsonNode.Parse(body)!.AsObject();
        json.Remove("trace_id");
        return json.ToJsonString();
    }

    private static async Task<(int Status, string Headers, byte[] Body)> SendAsync(
        HttpClient http, string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        using var response = await http.SendAsync(request);
        var all = response.Headers.Concat(response.Content.Headers).Where(header => header.Key is not ("Date" or "Content-Length"))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order(StringComparer.Ordinal);
        return ((int)response.StatusCode, string.Join('\n', all), await response.Content.ReadAsByteArrayAsync());
    }
}
