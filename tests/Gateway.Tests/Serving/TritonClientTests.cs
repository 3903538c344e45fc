using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using static Progeny.Gateway.Tests.Serving.BinaryRequest;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Requests as Triton's clients for Python and C++ send them.</summary>
[Collection(ServingCollection.Name)]
public sealed class TritonClientTests(ServingNode serving)
{
    private const string Any = "/v2/models/any/infer";

    [Fact]
    public async Task Empty_id_counts_as_left_out()
    {
        // The C++ client sends the members in this order, and the id always.
        var json = $"{{\"id\":\"\",\"parameters\":{{\"binary_data_output\":true}},\"inputs\":[{Input("x", "FP32", "1", 4)}]}}";
        var (status, answer, binary) = await SendAsync(serving.Http, Any, json, [0, 0, 0x80, 0x3f]);

        status.ShouldBe(200, answer.ToJsonString());
        ((string)answer["id"]!).Length.ShouldBe(36);
        binary.ShouldBe([0, 0, 0x80, 0x3f]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Compressed_body_is_read_as_what_was_compressed(string encoding)
    {
        var json = Encoding.UTF8.GetBytes($"{{\"inputs\":[{Input("x", "FP32", "2", 8)}]}}");
        using var answer = await PostAsync(Any, encoding, Compress(encoding, [.. json, .. new byte[8]]), json.Length);

        ((int)answer.StatusCode).ShouldBe(200);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["outputs"]![0]!["data"]!.ToJsonString().ShouldBe("[0,0]");
    }

    [Fact]
    public async Task Compressed_rows_and_outcomes_are_read_too()
    {
        var row = """{"query_id":"squeezed","rows":[{"sepal_length":1,"sepal_width":1,"petal_length":1,"petal_width":1}]}"""u8.ToArray();
        using var predicted = await PostAsync("/api/projects/iris/predict", "gzip", Compress("gzip", row), type: "application/json");
        ((int)predicted.StatusCode).ShouldBe(200);
        var lines = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{{\"query_id\":\"squeezed-{i}\",\"outcome\":\"1\"}}\n"));
        using var reported = await PostAsync(
            "/api/projects/iris/outcomes", "gzip", Compress("gzip", Encoding.UTF8.GetBytes(lines)), type: "application/x-ndjson");
        var receipt = JsonNode.Parse(await reported.Content.ReadAsStringAsync())!;
        ((int)receipt["accepted"]!).ShouldBe(5_000, receipt.ToJsonString());
        using var job = await PostAsync(
            "/api/projects/iris/outcomes",
            "deflate",
            Compress("deflate", """{"outcomes":[{"query_id":"squeezed","outcome":"1"}]}"""u8.ToArray()),
            type: "application/json");
        ((int)job.StatusCode).ShouldBe(200);
    }

    [Theory]
    [InlineData("/v2/models/any/infer", "application/octet-stream")]
    [InlineData("/api/projects/iris/predict", "application/json")]
    [InlineData("/api/projects/iris/outcomes", "application/json")]
    [InlineData("/api/projects/iris/outcomes", "application/x-ndjson")]
    public async Task Body_that_is_not_compressed_as_it_says_is_refused(string path, string type)
    {
        var lines = Enumerable.Range(0, 3_000).Select(i => $"{{\"query_id\":\"half-{i * 7919}\",\"outcome\":\"1\"}}");
        var half = Compress(
            "gzip",
            Encoding.UTF8.GetBytes(
                type.EndsWith("ndjson", StringComparison.Ordinal)
                    ? string.Join('\n', lines)
                    : $"{{\"outcomes\":[{string.Join(',', lines)}]}}"));
        foreach (var body in (byte[][])["{}"u8.ToArray(), half[..(half.Length / 2)]])
        {
            using var answer = await PostAsync(path, "gzip", body, type: type);
            await ShouldBeProblemAsync(answer, 400, path, "Content-Encoding: gzip");
        }
    }

    [Theory]
    [InlineData("/v2/models/any/infer")]
    [InlineData("/api/projects/iris/predict")]
    public async Task Unknown_encodings_are_refused_with_those_that_are_known(string path)
    {
        foreach (var encoding in (string[])["zstd", "gzip, gzip"])
        {
            using var answer = await PostAsync(path, encoding, "{}"u8.ToArray(), type: "application/json");
            await ShouldBeProblemAsync(answer, 415, path, "gzip, deflate, br");
            answer.Headers.GetValues("Accept-Encoding").ShouldBe(["gzip, deflate, br"]);
        }
    }

    [Theory]
    [InlineData("/v2/models/any/infer")]
    [InlineData("/api/projects/iris/predict")]
    [InlineData("/api/projects/iris/outcomes")]
    public async Task What_a_small_body_may_grow_to_is_bounded(string path)
    {
        using var answer = await PostAsync(
            path, "br", Compress("br", Encoding.ASCII.GetBytes(new string(' ', (64 << 20) + 1))), type: "application/json");
        await ShouldBeProblemAsync(answer, 413, path, "67108864");
    }

    [Theory]
    [InlineData("GET", "/v2/systemsharedmemory/status", 404)]
    [InlineData("POST", "/v2/cudasharedmemory/region/r/register", 404)]
    [InlineData("GET", "/v2/trace/setting", 404)]
    [InlineData("POST", "/v2/logging", 404)]
    [InlineData("GET", "/v2/nothing/of/the/kind", 404)]
    [InlineData("GET", "/v2/models/any/infer", 405)]
    [InlineData("DELETE", "/v2/models/any", 405)]
    [InlineData("POST", "/v2/health/live", 405)]
    public async Task What_is_not_served_answers_with_the_protocols_member(string method, string path, int expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
            request.Content = new ByteArrayContent([]);
        using var answer = await serving.Http.SendAsync(request);
        await ShouldBeProblemAsync(answer, expected, path, path.Split('?')[0]);
    }

    [Theory]
    [InlineData("\"parameters\":{\"sequence_id\":7}", "parameters.sequence_id")]
    [InlineData("\"parameters\":{\"priority\":1}", "parameters.priority")]
    [InlineData("\"parameters\":{\"timeout\":1000}", "parameters.timeout")]
    [InlineData("\"outputs\":[{\"name\":\"y\",\"parameters\":{\"classification\":3}}]", "outputs[0].parameters.classification")]
    [InlineData(
        "\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":true,\"shared_memory_region\":\"r\"}}]",
        "outputs[0].parameters.shared_memory_region")]
    [InlineData("\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP16\"}]", "outputs[0].datatype")]
    public async Task Parameter_that_is_not_served_is_refused_by_name(string part, string named)
    {
        var problem = await serving.PostAsync(
            Any, $"{{{part},\"inputs\":[{{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}}]}}", 400);
        ((string)problem["error"]!).ShouldContain(named);
    }

    [Fact]
    public async Task Negative_zero_keeps_its_sign_in_json()
    {
        foreach (var type in (string[])["-0.0", "-0", "-0e1"])
        {
            var answer = await serving.PostAsync(
                Any, $"{{\"inputs\":[{{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[{type}]}}]}}", 200);
            answer["outputs"]![0]!["data"]!.ToJsonString().ShouldBe("[-0.0]");
        }
    }

    [Fact]
    public async Task Bytes_of_any_kind_pass_through_and_are_replayed_from_the_log()
    {
        byte[] data = [3, 0, 0, 0, 0xff, 0, 0xc3, 2, 0, 0, 0, (byte)'o', (byte)'k'];
        var json =
            $"{{\"id\":\"odd-bytes\",\"parameters\":{{\"binary_data_output\":true}},\"inputs\":[{Input("x", "BYTES", "2", data.Length)}]}}";
        var (status, answer, binary) = await SendAsync(serving.Http, "/v2/models/any_text/infer", json, data);

        status.ShouldBe(200, answer.ToJsonString());
        binary.ShouldBe(data);
        var logged = await serving.Node.UntilAsync("/api/projects/any_text/queries/odd-bytes", _ => true);
        logged["fields"]!["x"]!["data"]!.ToJsonString().ShouldBe("""[{"base64":"/wDD"},"ok"]""");
        ((bool)(await serving.Node.GetAsync("/api/projects/any_text/queries/odd-bytes/replay"))["identical"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused_where_only_text_can_be()
    {
        byte[] data = [1, 0, 0, 0, 0xff];
        var (status, answer, _) = await SendAsync(
            serving.Http, "/v2/models/any_text/infer", $"{{\"inputs\":[{Input("x", "BYTES", "1", data.Length)}]}}", data);
        status.ShouldBe(400);
        ((string)answer["error"]!).ShouldStartWith("Element 0 of output 'y' is no valid UTF-8");

        (status, answer, _) = await SendAsync(
            serving.Http, "/v2/models/rich/infer", $"{{\"inputs\":[{Input("note", "BYTES", "1,1", data.Length)}]}}", data);
        status.ShouldBe(400);
        ((string)answer["error"]!).ShouldContain("row 0, note: the 1 bytes are no text in valid UTF-8");
    }

    private static async Task ShouldBeProblemAsync(HttpResponseMessage answer, int status, string path, string named)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        var problem = JsonNode.Parse(text)!;
        ((string)problem["detail"]!).ShouldContain(named);
        if (path.StartsWith("/v2", StringComparison.Ordinal))
            ((string)problem["error"]!).ShouldContain(named);
    }

    private static byte[] Compress(string encoding, byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            stream.Write(bytes);
        }

        return compressed.ToArray();
    }

    private async Task<HttpResponseMessage> PostAsync(
        string path, string encoding, byte[] body, int? header = null, string type = "application/octet-stream")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        if (header is { } length)
            request.Headers.Add(Header, $"{length}");
        return await serving.Http.SendAsync(request);
    }
}
