using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What is asked for or sent and is nothing leaves nothing behind.</summary>
public sealed class UnknownNamesTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Names_of_nothing_leave_no_activation()
    {
        using var release = await node.PublishAsync("known", EchoProject.WriteFinished(fixture.PathOf("known"), "known"));
        release.StatusCode.ShouldBe(HttpStatusCode.Created);
        for (var i = 0; i < 20; i++)
        {
            foreach (var path in (string[])[
                $"projects/nope{i}", $"projects/nope{i}/offline", $"projects/nope{i}/experiments", $"projects/known/experiments/canary-{i}", $"jobs/{Guid.NewGuid():N}",
                $"projects/known/releases/2.0.{i}", $"projects/known/generations/1.0.0:{i + 1}", $"projects/nope{i}/archive"])
            {
                using var answer = await node.Http.GetAsync($"/api/{path}");
                answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            }

            foreach (var path in (string[])[$"projects/nope{i}/offline/pause", $"jobs/{Guid.NewGuid():N}/cancel"])
            {
                using var answer = await node.Http.PostAsync($"/api/{path}", null);
                answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            }

            (await node.TryPostAsync($"/api/projects/nope{i}/promotions", """{"version": "1.0.0:1"}""")).Status.ShouldBe(404);
            (await node.TryPostAsync($"/api/projects/nope{i}/decommission", """{"reason": "none"}""")).Status.ShouldBe(404);
        }

        var management = node.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        var most = 8; // of the project known, and its agents
        var left = "";
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!patience.IsCancellationRequested)
        {
            var statistics = (await management.GetSimpleGrainStatistics()).Where(
                grain => grain.GrainType.StartsWith("Progeny", StringComparison.Ordinal)).ToList();
            if (statistics.Sum(grain => grain.ActivationCount) <= most)
                return;
            left = string.Join(", ", statistics.Select(grain => $"{grain.GrainType}: {grain.ActivationCount}"));
            await Task.Delay(20, CancellationToken.None);
        }

        Assert.Fail(left);
    }

    [Fact]
    public async Task Name_of_nothing_that_many_ask_for_at_once_is_unknown_to_all_of_them()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => node.Http.GetAsync("/api/projects/crowded")));

        answers.Select(answer => answer.StatusCode).Distinct().ShouldBe([HttpStatusCode.NotFound]);
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Theory]
    [InlineData("/api/projects/Nope")]
    [InlineData("/api/projects/a.b/releases")]
    [InlineData("/api/projects/known/generations/1.0.0@1:1")]
    [InlineData("/api/projects/known/experiments/none")]
    [InlineData("/api/jobs/none")]
    [InlineData("/api/jobs/none/log")]
    [InlineData("/v2/models/Nope")]
    public async Task Name_that_nothing_can_have_is_refused_and_shown(string path)
    {
        using var answer = await node.Http.GetAsync(path);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string)problem["detail"]!).ShouldMatch("^There is no (project|version|job|experiment) '");
    }

    [Fact]
    public async Task Long_name_is_refused_and_not_sent_back_whole()
    {
        using var answer = await node.Http.GetAsync($"/api/projects/{new string('x', 6_000)}");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).Length.ShouldBeLessThan(500);
    }

    [Fact]
    public async Task Refused_package_leaves_no_file()
    {
        using var first = await node.PublishAsync("kept", EchoProject.WriteFinished(fixture.PathOf("kept"), "kept"));
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        var before = Files();

        // No zip; another project's; the same version with other contents; the very package that is kept.
        using var noise = new ByteArrayContent(new byte[100_000]);
        noise.Headers.ContentType = new("application/zip");
        using var refused = await node.Http.PostAsync("/api/projects/kept/releases", noise);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var foreign = await node.PublishAsync("kept", EchoProject.WriteFinished(fixture.PathOf("stray"), "stray"));
        foreign.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var other = await node.PublishAsync("kept", EchoProject.WriteFinished(fixture.PathOf("changed"), "kept", log: "none"));
        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using var again = await node.PublishAsync("kept", fixture.PathOf("kept"));
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);

        Files().ShouldBe(before);
        (await node.Http.GetAsync("/api/projects/kept/releases/1.0.0/package")).StatusCode.ShouldBe(HttpStatusCode.OK);

        List<string> Files() =>
            [
                .. Directory.EnumerateFiles(Path.Combine(node.Data, "artifacts"), "*", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal),
            ];
    }

    [Fact]
    public void Silo_opens_no_port_for_clients_and_its_own_on_loopback_only()
    {
        var silo = node.Services.GetRequiredService<ILocalSiloDetails>();

        silo.GatewayAddress.ShouldBeNull();
        IPAddress.IsLoopback(silo.SiloAddress.Endpoint.Address).ShouldBeTrue();
    }
}
