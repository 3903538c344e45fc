using System.Text.Json.Nodes;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;
using Progeny.Core.Tests.Releases;

namespace Progeny.Core.Tests.Rollouts;

public sealed class RolloutReaderTests
{
    [Fact]
    public void Members_are_read_as_the_manifest_reads_its_keys()
    {
        var (settings, faults) = Read("""
            {"strategy": "abtest", "metric": "hit", "share": 0.2, "arms": ["1.2.0:3"], "shares": {"1.2.0:3": 0.1}, "time": "2d", "sticky": false}
            """);

        faults.ShouldBeEmpty();
        settings.ShouldNotBeNull().Arms.ShouldBe(["1.2.0:3"]);
        settings.Shares.ShouldBe([new ArmShare("1.2.0:3", 0.1)]);
        settings.ShouldBe(new ExperimentSettings
        {
            Strategy = RolloutStrategy.AbTest,
            Metric = "hit",
            Share = 0.2,
            Arms = settings.Arms,
            Shares = settings.Shares,
            Time = TimeSpan.FromDays(2),
            Sticky = false,
            Steps = settings.Steps,
            Fallback = settings.Fallback,
        });
        settings.Fallback.ShouldBe(["champion"]);
    }

    [Fact]
    public void Faults_name_the_members()
    {
        var (settings, faults) = Read("""{"strategy": "canary", "metric": "hti", "share": 0.2, "stcky": true}""");

        settings.ShouldBeNull();
        faults.Select(fault => fault.Path).ShouldBe(["steps", "metric", "share", "stcky"]);
        faults[1].Message.ShouldBe("'hti' is neither loss nor one of the project's metrics; did you mean 'hit'?");
    }

    [Fact]
    public void A_project_without_a_query_log_has_no_experiment_that_needs_outcomes()
    {
        var (_, faults) = Read("""{"strategy": "shadow"}""", log: "none");

        faults.ShouldHaveSingleItem().Path.ShouldBe("serving.log");
        Read("""{"strategy": "explicit"}""", log: "none").Faults.ShouldBeEmpty();
    }

    private static (ExperimentSettings? Settings, IReadOnlyList<PlanFault> Faults) Read(string json, string log = "fast") =>
        RolloutReader.Read(JsonNode.Parse(json)!.AsObject(), ManifestTexts.Valid(
            $"{ManifestTexts.With("multiclass", "binary", ManifestTexts.Model)}metrics: [{{name: hit, value: label = outcome}}]\nserving: "
                + $"{{log: {log}}}\n"));
}
