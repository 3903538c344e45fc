using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Cli.Common;

namespace Progeny.Cli.Rollouts;

/// <summary>A plan as somebody typed it or wrote it into a file.</summary>
internal static class PlanInput
{
    // What 'rollout show --json' prints and a server works out itself; with them gone, what was shown can be edited and set.
    private static readonly string[] Derived = ["project", "buckets", "at", "by", "reason", "in_force", "shadows_dropped"];

    /// <summary>Reads <c>NAME=GENERATION,WEIGHT</c>.</summary>
    /// <exception cref="CliException">The text has another shape; the message shows the right one.</exception>
    public static JsonObject ParseArm(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var comma = text.LastIndexOf(',');
        if (equals > 0 && comma > equals
            && double.TryParse(text.AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
            && double.IsFinite(weight))
            return new JsonObject { ["name"] = text[..equals], ["generation"] = text[(equals + 1)..comma], ["weight"] = weight };
        throw new CliException($"--arm '{text}' is no arm; one looks like canary=1.2.0:4,10 (name, generation, weight).", ExitCodes.Usage);
    }

    /// <summary>Reads a plan from a file, or from standard input for <c>-</c>.</summary>
    /// <exception cref="CliException">It is no JSON object.</exception>
    public static async Task<JsonObject> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var text = file == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
        JsonObject plan;
        try
        {
            plan = JsonNode.Parse(text) as JsonObject ?? throw new JsonException("it is no object");
        }
        catch (JsonException exception)
        {
            throw new CliException($"'{file}' holds no plan in JSON: {exception.Message}", ExitCodes.Usage, exception);
        }

        foreach (var name in Derived)
            plan.Remove(name);
        foreach (var arm in (plan["arms"] as JsonArray ?? []).OfType<JsonObject>())
            arm.Remove("share");
        return plan;
    }
}
