using System.Text;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Security;

namespace Progeny.Gateway.Tests.Tracking;

/// <summary>Who may use which experiment and registered model.</summary>
public sealed class TrackingAccessTests(SecuredNode secured) : IClassFixture<SecuredNode>
{
    private const string Root = "/api/2.0/mlflow";

    [Fact]
    public async Task Experiment_of_the_name_of_a_project_belongs_to_it()
    {
        var (all, _) = await secured.MakeKeyAsync("developer");
        var (own, _) = await secured.MakeKeyAsync($"developer:{SecuredNode.Own}");
        var (reader, _) = await secured.MakeKeyAsync($"viewer:{SecuredNode.Own}");
        var (predictor, _) = await secured.MakeKeyAsync($"predictor:{SecuredNode.Own}");

        // Their trainings are recorded there, if not yet.
        var id = await ExperimentAsync(SecuredNode.Own, own);
        var foreign = await ExperimentAsync(SecuredNode.Foreign, all);
        var (_, started) = await PostAsync("runs/create", new JsonObject { ["experiment_id"] = id }, own);
        var run = (string)started["run"]!["info"]!["run_id"]!;

        (await PostAsync("experiments/create", new JsonObject { ["name"] = "another" }, own)).ShouldSatisfyAllConditions(
            answer => answer.Status.ShouldBe(403), answer => ((string?)answer.Body["error_code"]).ShouldBe("PERMISSION_DENIED"));
        (await PostAsync("runs/create", new JsonObject { ["experiment_id"] = "0" }, own)).Status.ShouldBe(404);
        (await PostAsync("runs/create", new JsonObject { ["experiment_id"] = foreign }, own)).Status.ShouldBe(404);
        (await PostAsync("runs/set-tag", new JsonObject { ["run_id"] = run, ["key"] = "a", ["value"] = "b" }, reader)).Status.ShouldBe(403);
        (await GetAsync($"runs/get?run_id={run}", reader)).Status.ShouldBe(200);
        (await GetAsync($"runs/get?run_id={run}", predictor)).Status.ShouldBe(403);
        var (_, list) = await GetAsync("experiments/search?max_results=10", reader);
        list["experiments"]!.AsArray().Select(each => (string)each!["name"]!).ShouldBe([SecuredNode.Own]);
        (await PostAsync("registered-models/create", new JsonObject { ["name"] = SecuredNode.Foreign }, own)).Status.ShouldBe(403);
        (await PostAsync("registered-models/create", new JsonObject { ["name"] = SecuredNode.Own }, own)).Status.ShouldBe(200);
        (await GetAsync("/api/2.0/mlflow-artifacts/artifacts?path=0", own)).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(null, 401, "UNAUTHENTICATED")]
    [InlineData("pgy_wrong", 401, "UNAUTHENTICATED")]
    public async Task Caller_without_a_key_is_refused_in_mlflows_shape(string? key, int status, string code)
    {
        var (found, error) = await GetAsync("experiments/get?experiment_id=0", key);
        (found, (string?)error["error_code"]).ShouldBe((status, code));
        error["message"].ShouldNotBeNull();
    }

    /// <summary>The id of an experiment, which is made where there is none.</summary>
    private async Task<string> ExperimentAsync(string name, string key)
    {
        var (status, created) = await PostAsync("experiments/create", new JsonObject { ["name"] = name }, key);
        if (status == 200)
            return (string)created["experiment_id"]!;
        var (_, found) = await GetAsync($"experiments/get-by-name?experiment_name={name}", key);
        return (string)found["experiment"]!["experiment_id"]!;
    }

    private Task<(int Status, JsonNode Body)> GetAsync(string path, string? key) => SendAsync(HttpMethod.Get, path, null, key);

    private async Task<(int Status, JsonNode Body)> PostAsync(string path, JsonObject json, string key)
    {
        using var body = new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json");
        return await SendAsync(HttpMethod.Post, path, body, key);
    }

    private async Task<(int Status, JsonNode Body)> SendAsync(HttpMethod method, string path, HttpContent? body, string? key)
    {
        using var response = await secured.SendAsync(method, path.StartsWith('/') ? path : $"{Root}/{path}", key, body);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
