using Progeny.Core.Common;
using Progeny.Core.Experiments.Statistics;
using Progeny.Core.Metrics;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>What must be true between the keys of <c>serving.rollout</c>.</summary>
internal sealed class RolloutChecks(ManifestNode root, ErrorList errors)
{
    private const string Path = "serving.rollout";

    private static readonly string[] Compared = ["canary", "abtest", "bandit"];

    /// <summary>Strategies that decide on outcomes.</summary>
    private static readonly string[] Scored = ["shadow", .. Compared];

    /// <summary>Which strategies a key is for; keys of all are not named.</summary>
    private static readonly Dictionary<string, string[]> For = new(StringComparer.Ordinal)
    {
        ["metric"] = Compared,
        ["goal"] = Compared,
        ["steps"] = ["canary"],
        ["share"] = ["abtest"],
        ["shares"] = ["abtest"],
        ["alpha"] = ["canary", "abtest"],
        ["outcomes"] = ["shadow", "abtest"],
        ["time"] = ["shadow", "abtest"],
        ["policy"] = ["bandit"],
        ["discount"] = ["bandit"],
        ["epsilon"] = ["bandit"],
        ["select"] = ["select"],
        ["generations"] = ["bandit", "select"],
        ["sticky"] = [.. Compared, "select"],
        ["arms"] = ["abtest", "bandit", "select"],
    };

    public void Run()
    {
        if (root["serving"]?["rollout"] is not { } rollout)
            return;
        var strategy = rollout["strategy"]?.AsText() ?? "explicit";
        foreach (var entry in rollout.Entries)
        {
            if (For.TryGetValue(entry.Name, out var strategies) && !strategies.Contains(strategy))
                errors.Add(entry.Key, $"{Path}.{entry.Name}", $"is for the {(strategies.Length == 1 ? "strategy" : "strategies")} {string.Join(", ", strategies)} only");
        }

        if (strategy == "canary" && rollout["steps"] is null)
            errors.Add(rollout, $"{Path}.steps", "is missing: what a challenger goes through, e.g. [{share: 0.05, outcomes: 200, time: 1d}]");
        if (strategy == "select" && rollout["select"] is null)
            errors.Add(rollout, $"{Path}.select", "is missing: SQL over the table generations that yields generation and weight");
        if (rollout["discount"]?.AsNumber() == 0)
            errors.Add(rollout["discount"]!, $"{Path}.discount", "must be above 0: 0 would forget everything at once");
        if (Scored.Contains(strategy) && root["serving"]!["log"] is { } log && log.AsText() == "none")
            errors.Add(log, "serving.log", $"must be fast or durable for serving.rollout.strategy {strategy}: without a query log no outcome finds its query, and it would never have a verdict");
        CheckSteps(rollout);
        CheckShares(rollout);
        CheckMetric(rollout);
        CheckOutcomes(rollout);
    }

    private void CheckShares(ManifestNode rollout)
    {
        if (rollout["shares"] is not { } shares)
            return;
        var arms = (rollout["arms"]?.Items ?? []).Select(item => item.AsText()).OfType<string>().ToList();
        foreach (var entry in shares.Entries.Where(entry => !arms.Contains(entry.Name)))
            errors.Add(entry.Key, $"{Path}.shares.{entry.Name}", $"{Quote.Of(entry.Name)} is none of the arms;{Suggestion.For(entry.Name, arms)}");
        var together = shares.Entries.Sum(entry => entry.Value.AsNumber() ?? 0) + (rollout["share"]?.AsNumber() ?? 0);
        if (together >= 1)
            errors.Add(shares, $"{Path}.shares", FormattableString.Invariant($"make {together} of the traffic{(rollout["share"] is null ? "" : " with share")}; less than 1 must be left for the champion"));
    }

    private void CheckSteps(ManifestNode rollout)
    {
        var before = 0d;
        for (var i = 0; i < (rollout["steps"]?.Items.Count ?? 0); i++)
        {
            if (rollout["steps"]!.Items[i]["share"] is not { } share || share.AsNumber() is not { } value)
                continue;
            if (value <= before)
                errors.Add(share, $"{Path}.steps[{i}].share", $"must be above {(i == 0 ? "0" : "the share of the step before")}");
            before = value;
        }
    }

    /// <summary>Losses are compared from a number of outcomes on; with fewer a generation would pass without a test.</summary>
    private void CheckOutcomes(ManifestNode rollout)
    {
        if ((rollout["metric"]?.AsText() ?? MetricsPoint.LossName) != MetricsPoint.LossName)
            return;
        Check(rollout["outcomes"], $"{Path}.outcomes");
        for (var i = 0; i < (rollout["steps"]?.Items.Count ?? 0); i++)
            Check(rollout["steps"]!.Items[i]["outcomes"], $"{Path}.steps[{i}].outcomes");

        void Check(ManifestNode? outcomes, string path)
        {
            if (outcomes?.AsNumber() is { } number and > 0 and < MeanEvidence.BurnIn)
                errors.Add(outcomes, path, $"{number} outcomes say too little of a loss to compare it; {MeanEvidence.BurnIn} or more are needed");
        }
    }

    private void CheckMetric(ManifestNode rollout)
    {
        if (rollout["metric"] is not { } metric || metric.AsText() is not { } name)
            return;
        var own = (root["metrics"]?.Items ?? []).Select(item => item["name"]?.AsText()).OfType<string>().ToList();
        if (name != MetricsPoint.LossName && !own.Contains(name))
            errors.Add(metric, $"{Path}.metric", $"{Quote.Of(name)} is neither loss nor one of the project's metrics;{Suggestion.For(name, [MetricsPoint.LossName, .. own])}");
    }
}
