using System.Text;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Serving;

namespace Progeny.Gateway.Tests.Hosting;

/// <summary>The OpenAPI document says what the API does.</summary>
[Collection(ServingCollection.Name)]
public sealed class ApiDescriptionTests(ServingNode serving)
{
    [Theory]
    [InlineData("POST", "/api/projects/{project}/outcomes", "iris", """{"outcomes":[{"query_id":"described","outcome":"1"}]}""")]
    [InlineData(
        "POST",
        "/api/projects/{project}/predict",
        "iris",
        """{"rows":[{"sepal_length":1,"sepal_width":1,"petal_length":1,"petal_width":1}]}""")]
    [InlineData("POST", "/v2/models/{model}/infer", "any", """{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}""")]
    [InlineData("POST", "/api/projects/{project}/promotions", "nobody", """{"version":"1.0.0:1"}""")]
    [InlineData("POST", "/api/projects/{project}/decommission", "nobody", """{"reason":"over"}""")]
    [InlineData("POST", "/api/projects/{project}/jobs", "nobody", """{"kind":"train"}""")]
    [InlineData("PUT", "/api/projects/{project}/rollout", "difference", """{"arms":[{"name":"a","generation":"1.0.0:1","weight":1}]}""")]
    [InlineData("POST", "/api/projects/{project}/experiments", "difference", """{"strategy":"abtest"}""")]
    public async Task Member_that_is_required_is_refused_when_missing_and_no_other(string method, string path, string project, string json)
    {
        var document = await serving.GetAsync("/openapi/v1.json", 200);
        var body = document["paths"]![path]![method.ToLowerInvariant()]!["requestBody"]!;
        ((bool)body["required"]!).ShouldBeTrue();
        var whole = JsonNode.Parse(json)!.AsObject();
        await CheckAsync(Resolve(body["content"]!["application/json"]!["schema"]!), whole, whole);

        using var answer = await SendAsync(whole);
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldNotContain("is missing");
        // An experiment needs generations besides, of some strategies.
        int[] taken = path.EndsWith("experiments", StringComparison.Ordinal) ? [400, 409] : [200, 202, 404, 409];
        taken.ShouldContain((int)answer.StatusCode, text);

        async Task CheckAsync(JsonNode schema, JsonObject part, JsonObject all)
        {
            var required = schema["required"]?.AsArray().Select(name => (string)name!).Order().ToArray() ?? [];
            required.ShouldBe(part.Where(member => member.Key != "data").Select(member => member.Key).Order());
            foreach (var name in required)
            {
                var (index, value) = (part.IndexOf(name), part[name]);
                part.Remove(name);
                using (var refused = await SendAsync(all))
                {
                    var problem = await refused.Content.ReadAsStringAsync();
                    ((int)refused.StatusCode).ShouldBe(400, $"without {name}: {problem}");
                    problem.ShouldContain(name);
                }

                part.Insert(index, name, value);
                if (value is JsonArray { Count: > 0 } list && list[0] is JsonObject item
                    && schema["properties"]![name]!["items"] is { } items && Resolve(items)["required"] is not null)
                    await CheckAsync(Resolve(items), item, all);
            }
        }

        JsonNode Resolve(JsonNode schema) =>
            schema["oneOf"] is JsonArray options ? Resolve(options.First(option => option!["$ref"] is not null)!)
            : schema["$ref"] is { } reference ? document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!
            : schema;

        async Task<HttpResponseMessage> SendAsync(JsonNode content)
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(method),
                path.Replace("{project}", project, StringComparison.Ordinal).Replace("{model}", project, StringComparison.Ordinal));
            request.Content = new StringContent(content.ToJsonString(), Encoding.UTF8, "application/json");
            return await serving.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task Content_types_and_failures_are_those_that_occur()
    {
        var document = await serving.GetAsync("/openapi/v1.json", 200);
        Content("/api/projects/{project}/outcomes", "post", "requestBody").ShouldBe(["application/json", "application/x-ndjson"]);
        Content("/v2/models/{model}/infer", "post", "requestBody").ShouldBe(["application/json", "application/octet-stream"]);
        document["paths"]!["/v2/models/{model}/infer"]!["post"]!["responses"]!["200"].ShouldNotBeNull();
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                operation!["responses"]!["default"].ShouldNotBeNull($"{method} {path}");
                if (operation["requestBody"] is not null)
                    operation["responses"]!["415"].ShouldNotBeNull($"{method} {path}");
            }
        }

        var schemas = document["components"]!["schemas"]!;
        ((string)schemas["MetricsPointView"]!["properties"]!["outcomes"]!["type"]!).ShouldBe("integer");
        schemas["QueryView"]!["required"]!.AsArray().Select(name => (string)name!).ShouldNotContain("entity");

        IEnumerable<string> Content(string path, string method, string part) =>
            document["paths"]![path]![method]![part]!["content"]!.AsObject().Select(content => content.Key);
    }
}
