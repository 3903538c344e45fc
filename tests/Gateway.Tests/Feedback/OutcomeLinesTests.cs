using System.Text;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Feedback;

/// <summary>Outcomes as lines of JSON.</summary>
public sealed class OutcomeLinesTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Lines_are_stored_whatever_their_number_and_sent_again_change_nothing()
    {
        await PublishAsync("many");
        var lines = new StringBuilder();
        for (var i = 0; i < 25_000; i++)
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\"query_id\": \"q{i}\", \"outcome\": {i}}}\n");

        var (status, receipt) = await SendAsync("many", lines.ToString());
        status.ShouldBe(200);
        ((int)receipt["accepted"]!).ShouldBe(25_000);
        ((int)receipt["unmatched"]!).ShouldBe(25_000);
        (_, receipt) = await SendAsync("many", lines.ToString().TrimEnd('\n'));
        ((int)receipt["repeated"]!).ShouldBe(25_000);
    }

    [Fact]
    public async Task Bad_line_is_named_and_those_before_it_are_stored()
    {
        await PublishAsync("bad");
        var good = string.Concat(Enumerable.Range(0, 4_500).Select(i => $"{{\"query_id\": \"q{i}\", \"outcome\": 1}}\r\n"));

        var (status, problem) = await SendAsync("bad", good + "\n{\"query_id\": \"q\", \"outcome\": \"late\"}\n" + good);
        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldStartWith("Line 4502: outcome: \"late\" is no number");
        ((int)problem["line"]!).ShouldBe(4_502);
        ((int)problem["stored"]!["accepted"]!).ShouldBe(4_500);

        foreach (var (line, said) in new[]
        {
            ("{\"query_id\": ", "no object"),
            ("{\"outcome\": 1}", "query_id"),
            ("[]", "no object"),
            ("{\"query_id\": \"a\", \"outcome\": 1} {}", "JSON"),
            ($"\"{new string('x', 70_000)}", "KiB"),
        })
        {
            (status, problem) = await SendAsync("bad", "{\"query_id\": \"q0\", \"outcome\": 1}\n" + line + "\n");
            status.ShouldBe(400);
            ((int)problem["line"]!).ShouldBe(2, line[..2]);
            ((string)problem["detail"]!).ShouldContain(said, customMessage: line[..2]);
            ((int)problem["stored"]!["repeated"]!).ShouldBe(1);
        }
    }

    [Theory]
    [InlineData("{\"query_id\": \"q\", \"outcome\": \"\u00ff\"}", "outcome: what is not UTF-8 is no number")]
    [InlineData("{\"query_id\": \"q\", \"outcome\": [\"\u00ff\"]}", "outcome: what is not UTF-8 is no number")]
    [InlineData("{\"query_id\": \"\u00ff\", \"outcome\": 1}", "")]
    [InlineData("{\"query_id\": \"\\ud800\", \"outcome\": 1}", "")]
    public async Task Line_that_is_no_text_is_named(string line, string said)
    {
        var project = $"text{said.Length}{line.Length}";
        await PublishAsync(project);
        var (status, problem) = await SendAsync(project, "{\"query_id\": \"q0\", \"outcome\": 1}\n" + line, Encoding.Latin1);
        status.ShouldBe(400);
        ((int)problem["line"]!).ShouldBe(2);
        ((int)problem["stored"]!["accepted"]!).ShouldBe(1);
        ((string)problem["detail"]!).ShouldContain(said);
    }

    [Fact]
    public async Task Feedback_says_how_late_outcomes_are_and_how_many_are_missing()
    {
        var folder = EchoProject.WriteFinished(fixture.PathOf("loop"), "loop");
        (await node.PublishAsync("loop", folder)).EnsureSuccessStatusCode();
        await node.TrainAsync("loop");
        await node.PostAsync("/api/projects/loop/promotions", new { version = "1.0.0:1", reason = "the first" });
        var rows = Enumerable.Range(0, 10).Select(i => new { x = i + 0.5 }).ToList();
        await node.PostAsync("/api/projects/loop/predict", new { rows, query_id = "b" });
        await node.UntilAsync("/api/projects/loop/queries/b:9", _ => true);
        await SendAsync(
            "loop",
            "{\"query_id\": \"b:1\", \"outcome\": 1}\n{\"query_id\": \"b:2\", \"outcome\": 1}\n{\"query_id\": \"nobody\", \"outcome\": 1}");

        var feedback = await node.GetAsync("/api/projects/loop/feedback");
        ((int)feedback["latency"]!["outcomes"]!).ShouldBe(2);
        ((double)feedback["latency"]!["max"]!).ShouldBeInRange(0, 60);
        ((int)feedback["unmatched"]!).ShouldBe(1);
        feedback["ages"]!.AsArray().Sum(age => (int)age!["queries"]!).ShouldBe(10);
        feedback["ages"]!.AsArray().Sum(age => (int)age!["with_outcome"]!).ShouldBe(2);
        (await node.Http.GetAsync("/api/projects/nobody/feedback")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    private async Task PublishAsync(string project) =>
        (await node.PublishAsync(project, EchoProject.WriteFinished(fixture.PathOf(project), project))).EnsureSuccessStatusCode();

    private async Task<(int Status, JsonNode Body)> SendAsync(string project, string lines, Encoding? encoding = null)
    {
        using var content = new ByteArrayContent((encoding ?? Encoding.UTF8).GetBytes(lines));
        content.Headers.ContentType = new("application/x-ndjson");
        using var response = await node.Http.PostAsync($"/api/projects/{project}/outcomes", content);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
