using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Training;

/// <summary>Searches for parameters, with a trainer whose model is the worse the further its parameter is from 3.</summary>
public sealed class TuneTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    /// <summary>The labels are x - 0.5, the model gives back x; the trainer fails for 2, and prints its parameters.</summary>
    internal const string Script = """
        cat parameters.json
        if grep -q '"depth": 2' parameters.json; then echo 'two is no depth' >&2; exit 3; fi
        """;

    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Best_parameters_become_a_generation_and_all_trials_are_listed()
    {
        await PublishAsync(
            "tuned",
            "tune: {trials: 6, parallel: 2, metric: rmse, space: {depth: {values: [1, 2, 3]}, eta: {min: 0.01, max: 1, log: true}}}");
        var job = await TuneAsync("tuned");
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        ((string)job["generation"]!).ShouldBe("tuned@1.0.0:1");

        var trials = (await node.GetAsync($"/api/jobs/{job["id"]}/trials")).AsArray();
        trials.Select(trial => (int)trial!["number"]!).ShouldBe([1, 2, 3, 4, 5, 6]);
        foreach (var trial in trials)
        {
            var failed = ((string)trial!["parameters"]!).Contains("\"depth\":2", StringComparison.Ordinal);
            ((string)trial["status"]!).ShouldBe(failed ? "failed" : "succeeded");
            if (failed)
                ((string)trial["message"]!).ShouldContain("two is no depth");
            else
                ((double)trial["metrics"]!["rmse"]!).ShouldBe((double)trial["score"]!);
            ((double)trial["seconds"]!).ShouldBeGreaterThan(0);
        }

        var best = trials.Single(trial => (bool)trial!["best"]!)!;
        ((int)best["rows"]!).ShouldBe(16);
        var lineage = (await node.GetAsync("/api/projects/tuned/generations/1.0.0:1"))["lineage"]!;
        ((string)lineage["parameters"]!).ShouldBe((string)best["parameters"]!);
        (await node.Http.GetStringAsync($"/api/jobs/{job["id"]}/log")).ShouldContain("6 trials, by rmse");

        await RequireRunsAsync((string)job["id"]!, trials);

        // A later training goes on with what was found.
        await node.TrainAsync("tuned");
        ((string)(await node.GetAsync("/api/projects/tuned/generations/1.0.0:2"))["lineage"]!["parameters"]!).ShouldBe(
            (string)best["parameters"]!);
    }

    /// <summary>Each trial is a run below that of the search.</summary>
    private async Task RequireRunsAsync(string job, JsonArray trials)
    {
        const string api = "/api/2.0/mlflow";
        await node.UntilAsync($"{api}/runs/get?run_id={job[..24]}01000006", answer => answer["run"]!["info"]!["end_time"] is not null);
        var experiment = (string)(await node.GetAsync($"{api}/experiments/get-by-name?experiment_name=tuned"))["experiment"]!["experiment_id"]!;
        var found = await node.PostAsync(
            $"{api}/runs/search",
            new { experiment_ids = new[] { experiment }, filter = $"tags.`mlflow.parentRunId` = '{job}'", order_by = new[] { "start_time ASC" } });
        var runs = found["runs"]!.AsArray();
        runs.Count.ShouldBe(trials.Count);
        runs.Count(run => (string)run!["info"]!["status"]! == "FAILED").ShouldBe(trials.Count(trial => (string)trial!["status"]! == "failed"));
        runs.SelectMany(run => run!["data"]!["tags"]!.AsArray()).Count(tag => (string)tag!["key"]! == "progeny.best" && (string)tag["value"]! == "true")
            .ShouldBe(1);
        (await node.GetAsync($"{api}/runs/get?run_id={job}"))["run"]!["data"]!["params"]!.AsArray()
            .Select(parameter => (string)parameter!["key"]!).ShouldContain("eta");
    }

    [Fact]
    public async Task Same_seed_draws_the_same_and_another_one_does_not()
    {
        await PublishAsync("seeded", "tune: {trials: 3, space: {eta: {min: 0, max: 1}}}");
        var first = await ParametersAsync(await TuneAsync("seeded", seed: 7));
        (await ParametersAsync(await TuneAsync("seeded", seed: 7))).ShouldBe(first);
        (await ParametersAsync(await TuneAsync("seeded", seed: 8))).ShouldNotBe(first);
    }

    [Fact]
    public async Task Search_of_which_all_trials_fail_says_what_the_first_said()
    {
        await PublishAsync("hopeless", "tune: {trials: 3, space: {depth: {values: [2]}}}");
        var job = await TuneAsync("hopeless");
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain("All 3 trials failed; the first:");
        ((string)job["message"]!).ShouldContain("two is no depth");
    }

    [Theory]
    [InlineData("""{"kind": "tune"}""", 400, "plain@1.0.0 has no tune in its manifest")]
    [InlineData("""{"kind": "train", "trials": 3}""", 400, "trials, parallel and seed are for the kind tune")]
    [InlineData("""{"kind": "tune", "trials": 0}""", 400, "trials is 0; it must be 1 to 10000")]
    [InlineData("""{"kind": "evaluate", "version": "1.0.0:9"}""", 404, "There is no generation plain@1.0.0:9")]
    [InlineData("""{"kind": "evaluate", "version": "nine"}""", 400, "'nine' is no version")]
    [InlineData("""{"kind": "train", "version": "1.0.0:1"}""", 400, "version is for the kinds evaluate")]
    public async Task Wrong_job_is_refused(string body, int status, string said)
    {
        if ((await node.Http.GetAsync("/api/projects/plain")).StatusCode is System.Net.HttpStatusCode.NotFound)
            await PublishAsync("plain", "");
        var (answered, problem) = await node.TryPostAsync("/api/projects/plain/jobs", body);
        answered.ShouldBe(status);
        ((string)problem["detail"]!).ShouldContain(said);
    }

    private async Task PublishAsync(string project, string rest)
    {
        var path = LoopProject.Write(
            fixture.PathOf(project), project, rest, "{file: data/rows.csv, query: \"SELECT x, y, t FROM rows\", ordinal: t}", Script);
        (await node.PublishAsync(project, path)).EnsureSuccessStatusCode();
    }

    private async Task<JsonNode> TuneAsync(string project, int? seed = null)
    {
        var job = await node.PostAsync($"/api/projects/{project}/jobs", new { kind = "tune", seed });
        return await node.EndOfAsync((string)job["id"]!);
    }

    private async Task<List<string>> ParametersAsync(JsonNode job) =>
        [.. (await node.GetAsync($"/api/jobs/{job["id"]}/trials")).AsArray().Select(trial => (string)trial!["parameters"]!)];
}
