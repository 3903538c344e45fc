using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Manifests;

namespace Progeny.Core.Rollouts;

/// <summary>Reads the rules of an experiment that somebody starts by hand: what <c>serving.rollout</c> of a manifest may say, held to the same checks.</summary>
public static class RolloutReader
{
    private const string Prefix = "serving.rollout.";

    /// <summary>Reads them.</summary>
    /// <param name="members">The members of <c>serving.rollout</c>, as JSON.</param>
    /// <param name="manifest">The manifest whose metrics may be compared.</param>
    /// <returns>The rules, or all that is wrong.</returns>
    public static (RolloutManifest? Rollout, IReadOnlyList<PlanFault> Faults) Read(JsonObject members, Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(manifest);
        // JSON is YAML, and a manifest with these members says in full what is wrong with them.
        var whole = new JsonObject
        {
            ["name"] = "x",
            ["version"] = "0.0.0",
            ["task"] = "regression",
            ["label"] = new JsonObject { ["name"] = "y" },
            ["schema"] = new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "x", ["type"] = "float" }) },
            ["pipeline"] = new JsonObject { ["model"] = "m.onnx" },
            ["metrics"] = new JsonArray([.. manifest.Metrics.Select(metric => new JsonObject { ["name"] = metric.Name, ["value"] = "1" })]),
            ["serving"] = new JsonObject { ["log"] = manifest.Serving.Log.ToString().ToLowerInvariant(), ["rollout"] = members.DeepClone() },
        };
        if (manifest.Metrics.Count == 0)
            whole.Remove("metrics");
        var result = ManifestParser.Parse(whole.ToJsonString(new JsonSerializerOptions { WriteIndented = true }), "request");
        return result.Manifest is { } read
            ? (read.Serving.Rollout, [])
            : (null, [.. result.Errors.Select(error => new PlanFault(error.Path.StartsWith(Prefix, StringComparison.Ordinal) ? error.Path[Prefix.Length..] : error.Path, error.Message))]);
    }
}
