using Progeny.Core.Common;
using Progeny.Core.Experiments.Statistics;
using Progeny.Core.Metrics;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>What must be true between the keys of <c>serving.rollout</c>.</summary>
/// <param name="rollout">The keys.</param>
/// <param name="log">The project's <c>serving.log</c>; null: it is left out.</param>
/// <param name="metrics">The names of the project's own metrics.</param>
internal sealed class RolloutChecks(ManifestNode rollout, ManifestNode? log, IReadOnlyList<string> metrics, ErrorList errors)
{
    public const string Path = "serving.rollout";

    /// <summary>Strategies that decide on outcomes.</summary>
    private static readonly string[] Scored = ["shadow", .. ServingShapes.Compared];

    public void Run()
    {
        var strategy = rollout["strategy"]?.AsText() ?? "explicit";
        foreach (var key in ServingShapes.Rollout.Keys.Where(key => key.Strategies.Count > 0 && !key.Strategies.Contains(strategy)))
        {
            if (rollout.Entries.Find(entry => entry.Name == key.Name) is { } entry)
                errors.Add(
                    entry.Key,
                    $"{Path}.{key.Name}",
                    $"is for the {(key.Strategies.Count == 1 ? "strategy" : "strategies")} {string.Join(", ", key.Strategies)} only");
        }

        if (strategy == "canary" && rollout["steps"] is null)
            errors.Add(
                rollout, $"{Path}.steps", "is missing: what a challenger goes through, e.g. [{share: 0.05, outcomes: 200, time: 1d}]");
        if (strategy == "select" && rollout["select"] is null)
            errors.Add(rollout, $"{Path}.select", "is missing: SQL over the table generations that yields generation and weight");
        if (rollout["discount"]?.AsNumber() == 0)
            errors.Add(rollout["discount"]!, $"{Path}.discount", "must be above 0: 0 would forget everything at once");
        if (Scored.Contains(strategy) && log?.AsText() == "none")
            errors.Add(
                log!,
                "serving.log",
                $"must be fast or durable for serving.rollout.strategy {strategy}: without a query log no outcome finds its query, and it would never have a verdict");
        CheckSteps();
        CheckShares();
        CheckMetric();
        CheckOutcomes();
    }

    private void CheckShares()
    {
        if (rollout["shares"] is not { } shares)
            return;
        var arms = (rollout["arms"]?.Items ?? []).Select(item => item.AsText()).OfType<string>().ToList();
        foreach (var entry in shares.Entries.Where(entry => !arms.Contains(entry.Name)))
            errors.Add(
                entry.Key, $"{Path}.shares.{entry.Name}", $"{Quote.Of(entry.Name)} is none of the arms;{Suggestion.For(entry.Name, arms)}");
        var together = shares.Entries.Sum(entry => entry.Value.AsNumber() ?? 0) + (rollout["share"]?.AsNumber() ?? 0);
        if (together >= 1)
            errors.Add(
                shares,
                $"{Path}.shares",
                FormattableString.Invariant(
                    $"make {together} of the traffic{(rollout["share"] is null ? "" : " with share")}; less than 1 must be left for the champion"));
    }

    private void CheckSteps()
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
    private void CheckOutcomes()
    {
        if ((rollout["metric"]?.AsText() ?? MetricsPoint.LossName) != MetricsPoint.LossName)
            return;
        Check(rollout["outcomes"], $"{Path}.outcomes");
        for (var i = 0; i < (rollout["steps"]?.Items.Count ?? 0); i++)
            Check(rollout["steps"]!.Items[i]["outcomes"], $"{Path}.steps[{i}].outcomes");

        void Check(ManifestNode? outcomes, string path)
        {
            if (outcomes?.AsNumber() is { } number and > 0 and < MeanEvidence.BurnIn)
                errors.Add(
                    outcomes, path, $"{number} outcomes say too little of a loss to compare it; {MeanEvidence.BurnIn} or more are needed");
        }
    }

    private void CheckMetric()
    {
        if (rollout["metric"] is not { } metric || metric.AsText() is not { } name)
            return;
        if (name != MetricsPoint.LossName && !metrics.Contains(name))
            errors.Add(
                metric,
                $"{Path}.metric",
                $"{Quote.Of(name)} is neither loss nor one of the project's metrics;{Suggestion.For(name, [MetricsPoint.LossName, .. metrics])}");
    }
}
