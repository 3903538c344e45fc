using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Progeny.Core.Releases;
using Progeny.Core.Releases.Packages;

namespace Progeny.Startup.Bench;

/// <summary>The project that <c>progeny project init</c> writes, with trees enough for a model of 1 MB, in many generations.</summary>
internal static class BenchProject
{
    private const string Name = "bench";
    private const string Release = "0.2.0";

    /// <summary>Trains a model once, then publishes it as a finished one and makes generations of it. Returns its size in bytes.</summary>
    public static async Task<long> FillAsync(BenchNode node, string folder, int generations)
    {
        var project = Path.Combine(folder, Name);
        await ProjectTemplate.WriteAsync(project, Name, CancellationToken.None);
        var manifest = Path.Combine(project, "progeny.yaml");
        await ReplaceAsync(manifest, "{max_depth: 3, eta: 0.2, rounds: 60}", "{max_depth: 6, eta: 0.02, rounds: 950}");
        await PublishAsync(node, project);
        await TrainAsync(node);

        var model = await node.Http.GetByteArrayAsync($"/api/projects/{Name}/generations/0.1.0:1/model");
        await File.WriteAllBytesAsync(Path.Combine(project, "model.onnx"), model);
        await ReplaceAsync(manifest, "version: 0.1.0", $"version: {Release}");
        await ReplaceAsync(manifest, "trainer: xgboost ", "model: model.onnx ");
        await ReplaceAsync(manifest, "  parameters:", "  # parameters:");
        await PublishAsync(node, project);
        for (var i = 0; i < generations; i++)
            await TrainAsync(node);
        await PostAsync(node, "promotions", new { version = $"{Release}:1" });
        return model.Length;
    }

    /// <summary>Asks one generation and returns the milliseconds that the answer took.</summary>
    public static async Task<double> PredictAsync(BenchNode node, int generation)
    {
        var since = Stopwatch.StartNew();
        await PostAsync(
            node, $"versions/{Release}:{generation}/predict", new { rows = new[] { new { hour = 17, distance = 11, vehicle = "bike" } } });
        return since.Elapsed.TotalMilliseconds;
    }

    private static async Task ReplaceAsync(string file, string old, string now)
    {
        var text = await File.ReadAllTextAsync(file);
        if (!text.Contains(old, StringComparison.Ordinal))
            throw new InvalidOperationException($"'{old}' is not in {file}.");
        await File.WriteAllTextAsync(file, text.Replace(old, now, StringComparison.Ordinal));
    }

    private static async Task PublishAsync(BenchNode node, string project)
    {
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(project, zip, CancellationToken.None);
        using var content = new ByteArrayContent(zip.ToArray());
        content.Headers.ContentType = new("application/zip");
        using var response = await node.Http.PostAsync($"/api/projects/{Name}/releases", content);
        await ReadAsync(response);
    }

    private static async Task TrainAsync(BenchNode node)
    {
        var job = await PostAsync(node, "jobs", new { kind = "train" });
        while (job["ended_at"] is null)
        {
            await Task.Delay(20);
            using var response = await node.Http.GetAsync($"/api/jobs/{job["id"]}");
            job = await ReadAsync(response);
        }

        if ((string?)job["status"] != "succeeded")
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The training failed: {job["message"]}"));
    }

    private static async Task<JsonNode> PostAsync(BenchNode node, string path, object body)
    {
        using var response = await node.Http.PostAsJsonAsync($"/api/projects/{Name}/{path}", body);
        return await ReadAsync(response);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException(text);
    }
}
