using System.Net;
using Progeny.Gateway.Tests.Durability;
using Progeny.Grains.Common;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Pages of other origins that ask a node through a browser.</summary>
public sealed class CorsTests : DataFixture
{
    private const string App = "https://app.example.com";

    [Fact]
    public async Task Pages_of_named_origins_are_answered_without_what_the_browser_holds_and_others_are_refused()
    {
        await using var node = await Node.StartAsync(Data, "--Http:CorsOrigins", $"{App}, http://localhost:3000");

        using (var preflight = await AskAsync(
            node,
            HttpMethod.Options,
            "/api/projects/none/predict",
            App,
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,content-type")))
        {
            preflight.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            Header(preflight, "Access-Control-Allow-Origin").ShouldBe(App);
            Header(preflight, "Access-Control-Allow-Headers").ShouldBe("authorization,content-type");
            Header(preflight, "Access-Control-Allow-Credentials").ShouldBeNull();
        }

        using (var answer = await AskAsync(node, HttpMethod.Get, "/api/projects", App, ("Sec-Fetch-Site", "cross-site")))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            Header(answer, "Access-Control-Allow-Origin").ShouldBe(App);
            Header(answer, "Access-Control-Allow-Credentials").ShouldBeNull();
        }

        foreach (var origin in (string[])["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com", "null"])
        {
            using var refused = await AskAsync(node, HttpMethod.Get, "/api/projects", origin);
            refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            Header(refused, "Access-Control-Allow-Origin").ShouldBeNull();
        }
    }

    [Fact]
    public async Task No_page_of_another_origin_is_answered_where_none_is_named()
    {
        await using var node = await Node.StartAsync(Data);
        using var preflight = await AskAsync(node, HttpMethod.Options, "/api/projects", App, ("Access-Control-Request-Method", "POST"));
        preflight.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Header(preflight, "Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Theory]
    [InlineData("*", "nobody has to prove who they are")]
    [InlineData("app.example.com", "Http:CorsOrigins has 'app.example.com'")]
    [InlineData("https://app.example.com/path", "Http:CorsOrigins has 'https://app.example.com/path'")]
    public async Task Setting_that_would_let_every_page_in_or_is_no_origin_stops_the_node(string origins, string problem)
    {
        var fault = await Should.ThrowAsync<SettingException>(() => Node.StartAsync(Data, "--Http:CorsOrigins", origins));
        fault.Message.ShouldContain(problem);
    }

    [Fact]
    public async Task All_origins_may_ask_a_node_on_which_everybody_proves_who_they_are()
    {
        await using var node = await Node.StartAsync(
            Data, "--Http:CorsOrigins", "*", "--Security:Enabled", "true", "--Security:AdminKeyFile", Path.Combine(Data, "key"));
        using var answer = await AskAsync(node, HttpMethod.Get, "/api/projects", "https://any.example");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        Header(answer, "Access-Control-Allow-Origin").ShouldNotBeNull();
        Header(answer, "Access-Control-Allow-Credentials").ShouldBeNull();
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static async Task<HttpResponseMessage> AskAsync(
        Node node, HttpMethod method, string path, string origin, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await node.Http.SendAsync(request);
    }
}
