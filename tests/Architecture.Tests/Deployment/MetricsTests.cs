using System.Text.Json;
using System.Text.RegularExpressions;

namespace Progeny.Architecture.Tests.Deployment;

/// <summary>What is shown of a cluster, and what wakes somebody, reads metrics that the nodes export.</summary>
public sealed partial class MetricsTests
{
    private const string Dashboard = "deploy/grafana/dashboards/progeny.json";
    private const string Rules = "deploy/prometheus/rules.yml";

    [Fact]
    public void Exported_names_are_found()
    {
        var names = ExportedMetrics.Names();
        names.ShouldContain("progeny_requests_total");
        names.ShouldContain("progeny_models_loaded");
        names.ShouldContain("progeny_feature_view_age_seconds");
        names.ShouldContain("progeny_latency_seconds_bucket");
        names.ShouldContain("process_resident_memory_bytes");
        names.ShouldNotContain("progeny_requests");
    }

    [Fact]
    public void Panels_read_metrics_that_nodes_export()
    {
        using var dashboard = JsonDocument.Parse(Read(Dashboard));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.GetProperty("type").GetString() != "row")
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)
            .ToArray();
        expressions.Length.ShouldBeGreaterThan(20);
        Unknown(expressions).ShouldBeEmpty();
    }

    [Fact]
    public void Rules_read_metrics_that_nodes_export()
    {
        var expressions = Expression().Matches(Read(Rules)).Select(match => match.Groups["text"].Value).ToArray();
        expressions.Length.ShouldBeGreaterThan(5);
        Unknown(expressions).ShouldBeEmpty();
    }

    /// <summary>
    /// The names in expressions that neither a node exports nor Prometheus makes itself. A recorded series has colons in its name.
    /// </summary>
    private static IEnumerable<string> Unknown(IEnumerable<string> expressions)
    {
        var exported = ExportedMetrics.Names();
        return expressions.SelectMany(expression => Metric().Matches(expression)).Select(match => match.Value).Distinct()
            .Where(name => name != "up" && !exported.Contains(name));
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    /// <summary>A metric: a name of several words, in no label and no function's place.</summary>
    [GeneratedRegex(
        @"(?<![\w:$""])(?!histogram_quantile\b)(up\b|[a-z]+(_[a-z]+)+)(?![\w:(])",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Metric();

    [GeneratedRegex(@"^\s+expr: (?<text>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Expression();
}
