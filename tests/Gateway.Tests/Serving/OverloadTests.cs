using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>What a query gets that has no time, or comes when there is no room. <c>patient</c> waits two seconds for its feed.</summary>
[Collection(ServingCollection.Name)]
public sealed class OverloadTests(ServingNode serving)
{
    private const string Predict = "/api/projects/patient/predict";

    [Theory]
    [InlineData("100ms")]
    [InlineData("100")]
    public async Task Query_past_its_deadline_is_answered_so_at_once_and_reaches_no_model(string deadline)
    {
        var (id, since) = ($"late-{deadline}", Stopwatch.StartNew());
        using var response = await SendAsync("/api/projects/endless/predict", Rows(id), deadline);
        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15)); // its feed takes 20
        ((string)(await ReadAsync(response))["detail"]!).ShouldBe(
            "There was no answer within the 100ms that the request gave it (Progeny-Deadline).");

        // What comes later is logged later.
        await serving.PostAsync("/api/projects/shops/predict", """{"rows": [{"rating": 1}], "query_id": "after"}""", 200);
        await serving.Node.UntilAsync("/api/projects/shops/queries/after", _ => true);
        await serving.GetAsync($"/api/projects/endless/queries/{id}", 404);
    }

    [Fact]
    public async Task Tensors_have_deadlines_too()
    {
        using var response = await SendAsync(
            "/v2/models/patient/infer", """{"inputs": [{"name": "shop", "datatype": "BYTES", "shape": [1, 1], "data": ["t"]}]}""", "50ms");
        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        ((string)(await ReadAsync(response))["error"]!).ShouldContain("50ms");
    }

    [Fact]
    public async Task Deadline_that_is_far_away_changes_nothing()
    {
        using var response = await SendAsync("/api/projects/shops/predict", """{"rows": [{"rating": 4.5}]}""", "30s");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((float)(await ReadAsync(response))["predictions"]![0]!["value"]!).ShouldBe(4.5f);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-5ms")]
    [InlineData("2h")]
    [InlineData("99999999999")]
    public async Task Header_that_is_no_time_is_refused(string deadline)
    {
        using var response = await SendAsync(Predict, Rows("x"), deadline);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string)(await ReadAsync(response))["detail"]!).ShouldContain("such as 50ms, 2s, or 50 for milliseconds");
    }

    [Fact]
    public async Task Queries_past_the_bound_are_refused_at_once_and_those_under_way_are_answered()
    {
        var since = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            using var response = await SendAsync(Predict, Rows($"many-{i}"), deadline: null);
            return (response.StatusCode, Retry: response.Headers.RetryAfter?.Delta, since.Elapsed);
        }));
        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        refused.Count.ShouldBe(4);
        refused.ShouldAllBe(answer => answer.Retry == TimeSpan.FromSeconds(1));
        var answered = answers.Where(answer => answer.StatusCode == HttpStatusCode.OK).ToList();
        answered.Count.ShouldBe(2);
        refused.Max(answer => answer.Elapsed).ShouldBeLessThan(answered.Min(answer => answer.Elapsed));

        // Their places are free again.
        (await Task.WhenAll(SendAsync(Predict, Rows("p"), null), SendAsync(Predict, Rows("q"), null))).ShouldAllBe(
            answer => answer.StatusCode == HttpStatusCode.OK);
    }

    private static string Rows(string id) => $$"""{"rows": [{"shop": "{{id}}"}], "query_id": "{{id}}"}""";

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    private async Task<HttpResponseMessage> SendAsync(string path, string json, string? deadline)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (deadline is not null)
            request.Headers.Add("Progeny-Deadline", deadline);
        return await serving.Http.SendAsync(request);
    }
}
