using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Gateway.Tests;

public sealed class MainJobTests(TrainedNode trained) : IClassFixture<TrainedNode>
{
    private readonly Node node = trained.Node;

    [Fact]
    public void Training_makes_a_generation_with_figures()
    {
        ((string)trained.Job["generation"]!).ShouldBe("demo@0.1.0:1");
        ((double)trained.Job["metrics"]!["accuracy"]!).ShouldBeInRange(0.6, 1);
        ((double)trained.Job["progress"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Project_shows_its_champion_and_who_promoted_it()
    {
        var project = await node.GetAsync("/api/projects/demo");
        ((string)project["champion"]!).ShouldBe("demo@0.1.0:1");
        ((string)project["promotions"]![0]!["reason"]!).ShouldBe("the first");
        ((string)(await node.GetAsync("/api/projects/demo/generations/0.1.0:1"))["stage"]!).ShouldBe("champion");
    }

    [Fact]
    public async Task Prediction_is_what_the_stored_model_says_outside_the_service()
    {
        var given = trained.Manifest.Tests[0].Given;
        var answer = await node.PostAsync("/api/projects/demo/predict", new { rows = new[] { given } });

        using var model = ModelRunner.Load(
            await node.Http.GetByteArrayAsync("/api/projects/demo/generations/0.1.0:1/model"), trained.Manifest);
        var batch = new FeatureBatchBuilder(trained.Manifest.Features);
        batch.Add([.. trained.Manifest.Features.Select(feature => given.GetValueOrDefault(feature.Name))]);
        var expected = model.Predict(batch);
        var probabilities = answer["predictions"]![0]!["probabilities"]!.AsObject();
        probabilities.Select(pair => (float)pair.Value!).ShouldBe(expected.Scores.ToArray());
        ((string)answer["version"]!).ShouldBe("0.1.0:1");
    }

    [Fact]
    public async Task Query_and_its_outcome_are_found_by_id()
    {
        var answer = await node.PostAsync(
            "/api/projects/demo/predict", new { rows = new[] { trained.Manifest.Tests[0].Given }, query_id = "order-17" });
        ((string)answer["predictions"]![0]!["query_id"]!).ShouldBe("order-17");

        var positive = trained.Manifest.Label!.Classes[1];
        var receipt = await node.PostAsync(
            "/api/projects/demo/outcomes", new { outcomes = new[] { new { query_id = "order-17", outcome = positive } } });
        ((int)receipt["accepted"]!).ShouldBe(1);
        var query = await node.UntilAsync("/api/projects/demo/queries/order-17", query => query["outcome"] is not null);
        ((string)query["outcome"]!).ShouldBe(positive);
        query["prediction"]!["probabilities"]!.ToJsonString().ShouldBe(answer["predictions"]![0]!["probabilities"]!.ToJsonString());
        query["fields"]!.AsObject().Count.ShouldBe(trained.Manifest.Features.Count);
        ((int)query["latency"]!["total"]!).ShouldBeGreaterThan(0);
        ((string)query["reason"]!).ShouldBe("share");
    }

    [Fact]
    public async Task A_batch_of_ten_thousand_rows_gets_an_answer_a_row()
    {
        var rows = Enumerable.Repeat(trained.Manifest.Tests[0].Given, 10_000);
        var answer = await node.PostAsync("/api/projects/demo/predict", new { rows, query_id = "big" });
        var predictions = answer["predictions"]!.AsArray();
        predictions.Count.ShouldBe(10_000);
        ((string)predictions[9_999]!["query_id"]!).ShouldBe("big:9999");
        await node.UntilAsync("/api/projects/demo/queries/big:9999", _ => true);
    }

    [Fact]
    public async Task A_lower_or_equal_version_is_refused_and_the_highest_named()
    {
        using var response = await node.PublishAsync("demo", trained.Project);
        ((int)response.StatusCode).ShouldBe(409);
        (await response.Content.ReadAsStringAsync()).ShouldContain("0.1.0 is the highest published version");
    }

    [Fact]
    public async Task Protocol_answers_what_predict_answers()
    {
        var given = trained.Manifest.Tests[0].Given;
        var description = await node.GetAsync("/v2/models/demo");
        var inputs = description["inputs"]!.AsArray()
            .Where(input => given.GetValueOrDefault((string)input!["name"]!) is not null)
            .Select(input => new
            {
                name = (string)input!["name"]!,
                datatype = (string)input["datatype"]!,
                shape = new[] { 1, 1 },
                data = new[] { given[(string)input["name"]!] },
            });
        var answer = await node.PostAsync("/v2/models/demo/infer", new { id = "tensor-1", inputs });
        ((string)answer["id"]!).ShouldBe("tensor-1");
        ((string)answer["model_version"]!).ShouldBe("0.1.0:1");
        var rows = await node.PostAsync("/api/projects/demo/predict", new { rows = new[] { given } });
        var output = answer["outputs"]!.AsArray().Single(output => (string)output!["name"]! == "probabilities")!;
        output["data"]!.AsArray().Select(value => (float)value!)
            .ShouldBe(rows["predictions"]![0]!["probabilities"]!.AsObject().Select(pair => (float)pair.Value!));
    }

    [Fact]
    public async Task About_states_the_versions_of_orleans_and_onnx_runtime()
    {
        var about = await node.GetAsync("/api/about");
        ((string)about["orleans"]!).ShouldMatch(@"^10\.\d+\.\d+$");
        ((string)about["onnx_runtime"]!).ShouldMatch(@"^1\.\d+\.\d+$");
    }

    [Fact]
    public async Task Description_of_the_api_lists_its_paths()
    {
        var paths = (await node.GetAsync("/openapi/v1.json"))["paths"]!.AsObject().Select(path => path.Key).ToList();
        paths.ShouldContain("/api/projects/{project}/predict");
        paths.ShouldContain("/v2/models/{model}/infer");
    }
}
