using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Tracking;

/// <summary>Jobs of a project as runs of the experiment of its name.</summary>
public sealed class JobRunTests(TrainedNode trained) : IClassFixture<TrainedNode>
{
    private const string Api = "/api/2.0/mlflow";

    [Fact]
    public async Task Training_is_a_run_with_parameters_figures_rows_and_files()
    {
        var id = (string)trained.Job["id"]!;
        var run = (await trained.Node.UntilAsync($"{Api}/runs/get?run_id={id}", answer =>
            (string?)answer["run"]?["info"]?["status"] == "FINISHED" && answer["run"]!["inputs"]?["dataset_inputs"] is not null))["run"]!;
        var experiment = (await trained.Node.GetAsync($"{Api}/experiments/get-by-name?experiment_name=demo"))["experiment"]!;
        var job = await trained.Node.GetAsync($"/api/jobs/{id}");
        var generation = (await trained.Node.GetAsync("/api/projects/demo/generations"))[0]!;

        ((string)run["info"]!["experiment_id"]!).ShouldBe((string)experiment["experiment_id"]!);
        ((string)run["info"]!["run_name"]!).ShouldBe("train 0.1.0:1");
        Values(run, "tags")["progeny.generation"].ShouldBe("demo@0.1.0:1");
        Values(run, "params")["trainer"].ShouldBe(trained.Manifest.Pipeline.Trainer);
        foreach (var name in trained.Manifest.Pipeline.Parameters.Keys)
            Values(run, "params").ShouldContainKey(name);
        foreach (var (name, value) in job["metrics"]!.AsObject())
            ((double)run["data"]!["metrics"]!.AsArray().Single(metric => (string)metric!["key"]! == name)!["value"]!).ShouldBe((double)value!);
        ((string)run["inputs"]!["dataset_inputs"]![0]!["dataset"]!["digest"]!)
            .ShouldBe(((string)generation["lineage"]!["data_digest"]!)[..36]);
        var files = (await trained.Node.UntilAsync(
            $"{Api}/artifacts/list?run_id={id}", answer => answer["files"]?.AsArray().Count == 2))["files"]!.AsArray();
        files.Select(file => (string)file!["path"]!).ShouldBe(["job.log", "model.onnx"]);
        var path = ((string)run["info"]!["artifact_uri"]!)["mlflow-artifacts:/".Length..];
        (await trained.Node.Http.GetByteArrayAsync($"/api/2.0/mlflow-artifacts/artifacts/{path}/model.onnx"))
            .ShouldBe(await trained.Node.Http.GetByteArrayAsync("/api/projects/demo/generations/0.1.0:1/model"));
    }

    private static Dictionary<string, string?> Values(JsonNode run, string kind) =>
        run["data"]![kind]!.AsArray().ToDictionary(pair => (string)pair!["key"]!, pair => (string?)pair!["value"], StringComparer.Ordinal);
}
