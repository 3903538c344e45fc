using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Serving;
using Progeny.Grains.Common;

namespace Progeny.Gateway.Tests.Metrics;

public sealed class OtlpTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Trace_goes_from_the_gateway_to_the_agent_and_the_model_and_metrics_are_sent_too()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        var project = Directory.CreateDirectory(Path.Combine(folder, "demo")).FullName;
        var (manifest, model) = ServedProjects.All["rich"];
        await File.WriteAllTextAsync(
            Path.Combine(project, "progeny.yaml"), $"name: demo\nversion: 1.0.0\npipeline: {{model: model.onnx}}\n{manifest}");
        await File.WriteAllBytesAsync(Path.Combine(project, "model.onnx"), model);
        await using (var node = await Node.StartAsync(
            Path.Combine(folder, "data"), "--Otlp:Endpoint", collector.Url, "--Silo:Name", "traced"))
        {
            using var response = await node.PublishAsync("demo", project);
            response.IsSuccessStatusCode.ShouldBeTrue();
            ((string)(await node.TrainAsync("demo"))["status"]!).ShouldBe("succeeded");
            await node.PostAsync("/api/projects/demo/promotions", new { version = "1.0.0:1", reason = "imported" });
            node.Http.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-{Caller}-01");
            await node.PostAsync("/api/projects/demo/predict", JsonNode.Parse($"{{\"rows\":[{PredictAnswersTests.Row()}]}}")!);
        }

        // Other nodes of this process may be traced, too: the caller's trace is this one's alone.
        var spans = collector.Spans.Where(span => span.Trace == Trace.ToUpperInvariant()).ToList();
        var asked = spans.Single(span => span.Name == "model");
        var agent = spans.Single(span => span.Id == asked.Parent);
        agent.Name.ShouldBe("agent");
        var gateway = spans.Single(span => span.Id == agent.Parent);
        gateway.Name.ShouldBe("POST /api/projects/{project}/predict");
        gateway.Parent.ShouldBe(Caller.ToUpperInvariant());
        spans.Count.ShouldBe(3);
        collector.MetricNames.ShouldContain("progeny.requests");
        collector.MetricNames.ShouldContain("progeny.latency");
        collector.Instances.ShouldBe(["traced"]);
    }

    [Theory]
    [InlineData("collector:4317")]
    [InlineData("nowhere")]
    public async Task Address_that_is_none_is_refused_in_a_sentence(string address)
    {
        var exception = await Should.ThrowAsync<SettingException>(
            () => Node.StartAsync(Path.Combine(folder, "data"), "--Otlp:Endpoint", address));
        exception.Message.ShouldBe(
            $"Otlp:Endpoint is '{address}'; it must be the address of a collector that takes OTLP over HTTP, such as "
                + "http://127.0.0.1:4318.");
    }
}
