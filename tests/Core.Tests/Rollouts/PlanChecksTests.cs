using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Rollouts;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Rollouts;

public sealed class PlanChecksTests
{
    private static readonly RolloutArm Champion = Plans.Arm("champion", 9);
    private static readonly RolloutArm Canary = Plans.Arm("canary", 1, generation: 2);

    [Fact]
    public void Plan_that_is_right_has_no_faults() =>
        Check(new PlanDraft { Arms = [Champion, Canary], Fallback = ["champion"], Shadows = ["canary"] }).ShouldBeEmpty();

    [Fact]
    public void Champion_need_not_be_named_where_it_stays_or_is_the_only_arm()
    {
        PlanChecks.ChampionOf(new PlanDraft { Arms = [Canary, Champion] }, Champion.Generation).ShouldBe(Champion);
        PlanChecks.ChampionOf(new PlanDraft { Arms = [Canary] }, Champion.Generation).ShouldBe(Canary);
        Check(new PlanDraft { Arms = [Canary, Plans.Arm("other", 1, generation: 3)] }).ShouldHaveSingleItem().ToString()
            .ShouldBe(
                "champion: is missing; name the arm in production, since demo@1.0.0:1, which is in production now, is none of the arms");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.001)]
    public void Number_that_is_no_weight_is_refused(double weight) =>
        Check(new PlanDraft { Arms = [Champion, Plans.Arm("canary", weight)] }).ShouldHaveSingleItem().Path.ShouldBe("arms[1].weight");

    [Fact]
    public void Name_that_no_arm_has_is_refused_with_the_nearest() =>
        Check(new PlanDraft { Arms = [Champion, Canary], Fallback = ["champoin"] }).ShouldHaveSingleItem().ToString()
            .ShouldBe("fallback[0]: there is no arm 'champoin'; did you mean 'champion'? The arms are champion, canary");

    [Fact]
    public void Too_many_arms_are_refused() =>
        Check(new PlanDraft { Arms = [Champion, .. Enumerable.Range(0, 32).Select(i => Plans.Arm($"arm-{i}", 1))] })
            .ShouldHaveSingleItem().Path.ShouldBe("arms");

    [Fact]
    public void Arms_that_answer_other_questions_are_refused_with_every_difference()
    {
        var own = ServedManifests.Of(MachineLearningTask.Binary, ServedManifests.Number("hour"), ServedManifests.Category("city"));
        Differences(own, own).ShouldBeEmpty();
        Differences(own, own with { Features = [ServedManifests.Number("hour"), ServedManifests.Number("age")] }).ShouldBeEmpty();
        Differences(own, own with { Task = MachineLearningTask.Regression }).ShouldBe(
            ["demo@1.0.0:2 has the task regression, demo@1.0.0:1 binary; all arms must have the same"]);
        Differences(
            own,
            own with
            {
                Label = own.Label! with { Classes = ["yes", "no"] },
                Features = [ServedManifests.Integer("hour"), ServedManifests.Number("city")],
            }).ShouldBe(
        [
            "demo@1.0.0:2 has the classes yes, no, demo@1.0.0:1 no, yes; all arms must have the same in the same order",
            "the feature 'hour' of demo@1.0.0:2 is of type int, that of demo@1.0.0:1 float; features of one name must be of one type",
            "the feature 'city' of demo@1.0.0:2 is of type float, that of demo@1.0.0:1 category; features of one name must be of one type",
        ]);
        Differences(own, own with { Features = [] }).ShouldHaveSingleItem().ShouldContain("they cannot answer the same query");
        var bare = own with { Features = [] };
        Differences(bare, bare).ShouldBeEmpty();
        Differences(bare, bare, "image").ShouldHaveSingleItem()
            .ShouldContain("the model of demo@1.0.0:2 takes image (FP32), that of demo@1.0.0:1 x (FP32)");
    }

    [Fact]
    public void Arms_that_cannot_serve_are_refused_each_with_its_reason()
    {
        var manifest = ServedManifests.Of(MachineLearningTask.Binary, ServedManifests.Number("hour"));
        var third = Plans.Arm("third", 1, generation: 3);
        var faults = ArmChecks.Check(
            [
                Facts(Champion, manifest) with
                {
                    Model = new ModelMetadata { Error = new ServingError(ServingErrorKind.ModelFailed, "it is torn.") },
                },
                new ArmFacts(Canary, null, null, null),
                Facts(third, manifest, stage: Stage.Archived),
            ],
            Champion,
            stickyKey: null);
        faults.Select(fault => fault.ToString()).ShouldBe(
        [
            "arms[0].generation: demo@1.0.0:1 cannot serve: it is torn.",
            "arms[1].generation: there is no generation demo@1.0.0:2",
            "arms[2].generation: demo@1.0.0:3 is archived and cannot serve; restore it first (POST "
                + "/api/projects/demo/generations/1.0.0:3/restore)",
        ]);
    }

    private static IReadOnlyList<PlanFault> Check(PlanDraft draft) => PlanChecks.Check(draft, Plans.Project, Champion.Generation);

    private static IEnumerable<string> Differences(Manifest own, Manifest other, string input = "x") =>
        ArmChecks.Check([Facts(Champion, own), Facts(Canary, other, input)], Champion, stickyKey: null).Select(fault => fault.Message);

    private static ArmFacts Facts(RolloutArm arm, Manifest manifest, string input = "x", Stage stage = Stage.Staged) => new(
        arm,
        new GenerationInfo
        {
            Reference = arm.Generation,
            Stage = stage,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Assets = new GenerationAssets { Model = "", ModelBytes = 0 },
            Lineage = new Lineage { JobId = "", PackageDigest = "" },
            Metrics = ImmutableSortedDictionary<string, double>.Empty,
        },
        manifest,
        new ModelMetadata { Inputs = [new TensorSpec(input, DataType.Fp32, [-1, 1])] });
}
