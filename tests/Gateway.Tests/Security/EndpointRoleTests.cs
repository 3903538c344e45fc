using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Security;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Asks every endpoint with every role and grant, and without any: who is answered is what docs/security.md says.</summary>
public sealed partial class EndpointRoleTests(SecuredNode secured) : IClassFixture<SecuredNode>
{
    private string job = "";

    public static TheoryData<string> Allowed =>
        [.. AccessNames.Roles.Keys.Concat(AccessNames.Grants.Keys).SelectMany(name => new[] { name, $"{name}:{SecuredNode.Own}" })];

    [Theory]
    [MemberData(nameof(Allowed))]
    public async Task Role_or_grant_is_answered_where_the_table_says_so_and_nowhere_else(string allowed)
    {
        // A key that nothing else uses: what is asked here may revoke it.
        var (key, _) = await secured.MakeKeyAsync(allowed);
        var access = new Access([AccessEntry.Parse(allowed).Entry!]);
        await AskAllAsync(key, row => row.IsForEverybody ? 0
            : access.Allows(row.Needed, row.Scope == "node" ? null : SecuredNode.Own) ? 0
            : 403);
    }

    [Fact]
    public async Task Key_of_another_project_finds_no_project_and_no_job_where_the_table_names_one()
    {
        var (key, _) = await secured.MakeKeyAsync($"admin:{SecuredNode.Foreign}");
        await AskAllAsync(
            key,
            row => row.IsForEverybody || row.Scope == "experiment" || (row.Scope == "node" && row.Needed == Permissions.None) ? 0 : row.Scope == "node" ? 403 : 404);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("wrong")]
    [InlineData("revoked")]
    [InlineData("expired")]
    public async Task Caller_without_a_valid_key_is_answered_only_where_everybody_is(string kind)
    {
        await AskAllAsync(await KeyOfAsync(kind), row => row.IsForEverybody ? 0 : 401);
    }

    [Fact]
    public async Task Foreign_project_is_answered_in_the_words_of_one_that_is_not_there()
    {
        var (key, _) = await secured.MakeKeyAsync($"admin:{SecuredNode.Own}");
        foreach (var path in new[]
        {
            "/api/projects/{0}",
            "/api/projects/{0}/releases/1.0.0/package",
            "/v2/models/{0}",
            "/projects/{0}",
            "/api/projects/{0}/queries/stream",
        })
        {
            var foreign = await TextAsync(string.Format(CultureInfo.InvariantCulture, path, SecuredNode.Foreign), key);
            var missing = await TextAsync(string.Format(CultureInfo.InvariantCulture, path, "nothing"), key);
            foreign.Status.ShouldBe(404);
            foreign.Text.Replace(SecuredNode.Foreign, "nothing", StringComparison.Ordinal).ShouldBe(missing.Text);
        }
    }

    [Fact]
    public async Task List_of_projects_has_those_that_the_caller_may_know_of()
    {
        var (one, _) = await secured.MakeKeyAsync($"predictor:{SecuredNode.Own}");
        var (all, _) = await secured.MakeKeyAsync("viewer");
        foreach (var path in new[] { "/api/projects", "/" })
        {
            var (_, own) = await TextAsync(path, one);
            own.ShouldContain(SecuredNode.Own);
            own.ShouldNotContain(SecuredNode.Foreign);
            (await TextAsync(path, all)).Text.ShouldContain(SecuredNode.Foreign);
        }
    }

    private async Task<string?> KeyOfAsync(string kind)
    {
        var (key, id) = await secured.MakeKeyAsync("admin");
        switch (kind)
        {
            case "none":
                return null;
            case "wrong":
                return key[..^3] + (key.EndsWith("AAA", StringComparison.Ordinal) ? "BBB" : "AAA");
            case "revoked":
                await secured.Node.PostAsync($"/api/keys/{id}/revoke", new { });
                return key;
            default:
                // Rotated without an overlap, it has expired at once.
                await secured.Node.PostAsync($"/api/keys/{id}/rotate", new { overlap_seconds = 0 });
                return key;
        }
    }

    private async Task AskAllAsync(string? key, Func<AccessRow, int> expected)
    {
        job = (string)(await secured.Node.GetAsync($"/api/projects/{SecuredNode.Own}/jobs"))[0]!["id"]!;
        using (var file = new StringContent("a\n1\n", Encoding.UTF8, "text/csv"))
        using (var put = await secured.Node.Http.PostAsync($"/api/datasets/{SecuredNode.Own}", file))
            put.IsSuccessStatusCode.ShouldBeTrue(await put.Content.ReadAsStringAsync());
        var rows = AccessTable.Read().ToDictionary(row => (row.Method, row.Path));
        var wrong = new List<string>();
        var asked = 0;
        // What removes the dataset comes last: the others ask about it.
        foreach (var endpoint in secured.Node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .OrderBy(endpoint => AccessTable.RowsOf(endpoint).Any(row => row is { Method: "DELETE", Path: "/api/datasets/{dataset}" })))
        {
            foreach (var own in AccessTable.RowsOf(endpoint))
            {
                if (!rows.TryGetValue((own.Method, own.Path), out var row))
                {
                    wrong.Add($"{own} is not in the table");
                    continue;
                }

                var (status, detail) = await AskAsync(endpoint, own.Method, key);
                if (!IsAsExpected(status, detail, expected(row)))
                    wrong.Add($"{row.Method} {row.Path}: {status} ({detail}), not {expected(row)}");
                asked++;
            }
        }

        asked.ShouldBeGreaterThan(60);
        wrong.ShouldBeEmpty();
    }

    /// <summary>Whether a request was refused as expected; 0: it was not refused, whatever came of it.</summary>
    private bool IsAsExpected(int status, string? detail, int expected) => expected switch
    {
        // The page of the sign-in has a 401 of its own, for a wrong key in its form.
        0 => !(status == 401 && detail is not null) && !IsForbidden(status, detail) && !IsUnknown(status, detail),
        404 => IsUnknown(status, detail),
        403 => IsForbidden(status, detail),
        _ => status == expected,
    };

    // The dashboard has a 403 of its own, for what is turned off.
    private static bool IsForbidden(int status, string? detail) =>
        status == 403 && detail?.Contains("may not do this", StringComparison.Ordinal) == true;

    private bool IsUnknown(int status, string? detail) =>
        status == 404 && (detail == $"There is no project '{SecuredNode.Own}'." || detail == $"There is no job '{job}'."
            || detail == $"There is no dataset '{SecuredNode.Own}'.");

    private async Task<(int Status, string? Detail)> AskAsync(RouteEndpoint endpoint, string method, string? key)
    {
        var path = Parameter().Replace(endpoint.RoutePattern.RawText!, match => match.Groups["name"].Value switch
        {
            "project" or "model" or "dataset" => SecuredNode.Own,
            "job" => job,
            "version" when endpoint.RoutePattern.RawText!.Contains("{dataset}", StringComparison.Ordinal) => "1",
            "version" => "1.0.0:1",
            "release" => "1.0.0",
            "experiment" => "canary-1",
            "documentName" => "v1",
            "page" or "approval" => "1",
            _ => "nothing",
        });
        var contentType = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0] ?? "application/json";
        using var body = method is "GET" or "DELETE" ? null : new StringContent("{}", Encoding.UTF8);
        body?.Headers.ContentType = new(contentType);
        using var response = await secured.SendAsync(
            new HttpMethod(method), path.StartsWith('/') ? path : $"/{path}", key, body, HttpCompletionOption.ResponseHeadersRead);
        var type = response.Content.Headers.ContentType?.MediaType;
        if (endpoint.Metadata.GetMetadata<RequiredAccess>()!.Scope == AccessScope.Experiment && type == "application/json")
            return ((int)response.StatusCode, await MemberAsync(response, "message"));
        return ((int)response.StatusCode, type == "application/problem+json" ? await MemberAsync(response, "detail") : null);
    }

    private static async Task<string?> MemberAsync(HttpResponseMessage response, string name) =>
        (string?)(JsonNode.Parse(await response.Content.ReadAsStringAsync()) as JsonObject)?[name];

    private async Task<(int Status, string Text)> TextAsync(string path, string key)
    {
        using var response = await secured.SendAsync(HttpMethod.Get, path, key);
        return ((int)response.StatusCode, TraceId().Replace(await response.Content.ReadAsStringAsync(), ""));
    }

    [GeneratedRegex(@"\{\**(?<name>[A-Za-z]+)(:[a-z]+)?\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();

    [GeneratedRegex("\"trace_?[iI]d\":\"[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex TraceId();
}
