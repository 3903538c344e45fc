using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Progeny.Gateway.Tests.Durability;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Models in production that exceed the bounds of the node, again and again.</summary>
public sealed class ModelBoundsTests : DataFixture
{
    private const string Manifest = """
        version: 1.0.0
        task: regression
        label: {name: y}
        schema:
          features:
            - {name: x, type: float, min: 1}
        pipeline: {model: model.onnx}
        """;

    [Theory]
    [InlineData("loops", 1e15, HttpStatusCode.GatewayTimeout, "Serving:MaxRunTime")]
    [InlineData("zeros", 1e12, HttpStatusCode.InternalServerError, "Serving:RunMemory")]
    public async Task Champion_that_exceeds_a_bound_in_three_runs_makes_way_for_the_one_before_it(
        string name, double x, HttpStatusCode status, string reason)
    {
        await using var node = await Node.StartAsync(Data, "--Serving:MaxRunTime", "00:00:00.5");
        await ServeTwoAsync(node, name, name == "loops" ? HostileModels.Loop() : HostileModels.Zeros());

        for (var i = 0; i < 2; i++)
            (await PredictAsync(node, name, x)).ShouldBe(status);
        (await PredictAsync(node, name, 2)).ShouldBe(HttpStatusCode.OK, "a run that keeps to the bounds begins anew");
        for (var i = 0; i < 2; i++)
            (await PredictAsync(node, name, x)).ShouldBe(status);
        ((string)(await node.GetAsync($"/api/projects/{name}"))["champion"]!).ShouldBe($"{name}@1.0.0:2");
        (await PredictAsync(node, name, x)).ShouldBe(status);

        await node.UntilAsync($"/api/projects/{name}", project => (string)project["champion"]! == $"{name}@1.0.0:1");
        await node.UntilAsync(
            $"/api/projects/{name}/decisions",
            decisions => decisions.AsArray().Any(decision =>
                (string)decision!["kind"]! == "rollback"
                && decision.ToJsonString() is var text
                && text.Contains("3 runs of its model in a row exceeded a bound of the node", StringComparison.Ordinal)
                && text.Contains(reason, StringComparison.Ordinal)));
        (await PredictAsync(node, name, 2)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Shadow_that_exceeds_a_bound_leaves_the_plan()
    {
        await using var node = await Node.StartAsync(Data, "--Serving:MaxRunTime", "00:00:00.5", "--Serving:MaxBoundViolations", "2");
        await ServeTwoAsync(node, "loops", HostileModels.Loop());
        await node.PostAsync("/api/projects/loops/promotions", new { version = "1.0.0:1", reason = "the first again" });
        var plan = new { arms = new[]
        {
            new { name = "champion", generation = "1.0.0:1", weight = 1.0 },
            new { name = "beside", generation = "1.0.0:2", weight = 0.0 },
        }, champion = "champion", shadows = new[] { "beside" }, reason = "a look" };
        using var put = await node.Http.PutAsJsonAsync("/api/projects/loops/rollout", plan);
        put.IsSuccessStatusCode.ShouldBeTrue(await put.Content.ReadAsStringAsync());

        for (var i = 0; i < 2; i++)
            (await node.Http.PostAsync(
                "/v2/models/loops/versions/1.0.0:2/infer",
                JsonContent.Create(
                    new { inputs = new[]
                    {
                        new { name = "x", shape = new[] { 1, 1 }, datatype = "FP32", data = new[] { 1e15 } },
                    } }))).IsSuccessStatusCode.ShouldBeFalse();

        await node.UntilAsync("/api/projects/loops/rollout", seen => seen["shadows"]!.AsArray().Count == 0);
    }

    private async Task ServeTwoAsync(Node node, string name, byte[] model)
    {
        var folder = Directory.CreateDirectory(PathOf(name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "progeny.yaml"), $"name: {name}\n{Manifest}");
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.onnx"), model);
        (await node.PublishAsync(name, folder)).EnsureSuccessStatusCode();
        for (var generation = 1; generation <= 2; generation++)
        {
            ((string)(await node.TrainAsync(name))["status"]!).ShouldBe("succeeded");
            await node.PostAsync(
                $"/api/projects/{name}/promotions",
                new { version = string.Create(CultureInfo.InvariantCulture, $"1.0.0:{generation}"), reason = "new" });
        }

        await node.UntilAsync($"/v2/models/{name}", _ => true);
    }

    private static async Task<HttpStatusCode> PredictAsync(Node node, string project, double x)
    {
        using var response = await node.Http.PostAsJsonAsync($"/api/projects/{project}/predict", new { rows = new[] { new { x } } });
        return response.StatusCode;
    }
}
