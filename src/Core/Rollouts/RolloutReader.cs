using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Manifests;
using Progeny.Core.Manifests.Shapes;

namespace Progeny.Core.Rollouts;

/// <summary>
/// Reads the rules of an experiment that somebody starts manually: what <c>serving.rollout</c> of a manifest may say, held to the same
/// checks.
/// </summary>
public static class RolloutReader
{
    private const string Prefix = RolloutChecks.Path + ".";

    private static readonly JsonSerializerOptions OneMemberALine = new() { WriteIndented = true };

    /// <summary>Reads them.</summary>
    /// <param name="members">The members of <c>serving.rollout</c>, as JSON.</param>
    /// <param name="manifest">The manifest whose metrics may be compared.</param>
    /// <returns>The rules, or all that is wrong.</returns>
    public static (ExperimentSettings? Settings, IReadOnlyList<PlanFault> Faults) Read(JsonObject members, Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(manifest);
        var errors = new ErrorList("request");
        // JSON is YAML.
        if (ManifestTree.Read(members.ToJsonString(OneMemberALine), errors) is { } rollout)
        {
            // Not in the request, so it has no place there.
            var log = new ManifestNode(NodeKind.Scalar, 0, 0) { Text = manifest.Serving.Log.ToString().ToLowerInvariant(), Plain = true };
            ServingShapes.Rollout.Check(rollout, RolloutChecks.Path, errors);
            new RolloutChecks(rollout, log, [.. manifest.Metrics.Select(metric => metric.Name)], errors).Run();
            if (!errors.Any)
                return (ServingShapes.Rollout.Bind(rollout), []);
        }

        return (null, [
            .. errors.ToList()
                .Select(error =>
                    new PlanFault(
                        error.Path.StartsWith(Prefix, StringComparison.Ordinal) ? error.Path[Prefix.Length..] : error.Path, error.Message)),
        ]);
    }
}
