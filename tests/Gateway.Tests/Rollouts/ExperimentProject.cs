using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>A project whose experiments are decided by how often its models are right, and the outside world that says so.</summary>
internal static class ExperimentProject
{
    /// <summary>Writes the project; its metric <c>hit</c> is 1 where the outcome is what was predicted.</summary>
    /// <param name="rollout">The members of <c>serving.rollout</c>.</param>
    /// <param name="more">Further keys of the manifest.</param>
    /// <param name="hit">The SQL of its metric.</param>
    public static string Write(
        string folder,
        string project,
        string rollout,
        string version = "1.0.0",
        string more = "",
        string log = "fast",
        string hit = "CASE WHEN abs(value - outcome) < 1 THEN 1 ELSE 0 END")
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "progeny.yaml"), string.Create(CultureInfo.InvariantCulture, $$"""
            name: {{project}}
            version: {{version}}
            task: regression
            schema:
              features:
                - {name: x, type: float}
            label: {name: y}
            pipeline: {model: model.onnx}
            metrics:
              - {name: hit, value: "{{hit}}"}
            serving:
              log: {{log}}
              rollout: {{{rollout}}}
            {{more}}
            """));
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), EchoModel.ToBytes());
        return folder;
    }

    /// <summary>Asks, and reports what came true.</summary>
    /// <param name="hits">How often a generation is right, by its version.</param>
    /// <returns>How many rows each version answered.</returns>
    public static async Task<Dictionary<string, int>> ServeAsync(
        HttpClient http, string project, int rows, Func<string, double> hits, Random random)
    {
        var x = Enumerable.Range(0, rows).Select(row => new JsonObject { ["x"] = row % 10 });
        var body = new JsonObject { ["rows"] = new JsonArray([.. x]) };
        using var asked = await http.PostAsync($"/api/projects/{project}/predict", JsonContent.Create(body));
        var answer = JsonNode.Parse(await asked.Content.ReadAsStringAsync())!;
        asked.IsSuccessStatusCode.ShouldBeTrue(answer.ToJsonString());
        var served = new Dictionary<string, int>();
        var outcomes = new JsonArray();
        foreach (var row in answer["predictions"]!.AsArray())
        {
            var version = (string)(row!["version"] ?? answer["version"])!;
            served[version] = served.GetValueOrDefault(version) + 1;
            var value = (double)row["value"]!;
            var outcome = random.NextDouble() < hits(version) ? value : value + 100;
            outcomes.Add(new JsonObject { ["query_id"] = (string)row["query_id"]!, ["outcome"] = outcome });
        }

        var report = new JsonObject { ["outcomes"] = outcomes };
        using var reported = await http.PostAsync($"/api/projects/{project}/outcomes", JsonContent.Create(report));
        reported.IsSuccessStatusCode.ShouldBeTrue(await reported.Content.ReadAsStringAsync());
        return served;
    }
}
