using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

public sealed class ProjectTestsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Tests_pass_and_fail_with_what_was_expected_and_seen()
    {
        var results = Run(
            "sigmoid.onnx", Projects.Sigmoid,
            Test("right", 2.0, new() { Label = "yes", Probability = new Dictionary<string, Bounds> { ["yes"] = new(0.8, null) } }),
            Test("wrong label", 2L, new() { Label = "no" }),
            Test("too sure", 0.0, new() { Probability = new Dictionary<string, Bounds> { ["no"] = new(0.6, 0.9) } }),
            Test("refused", "far", new() { Error = "number" }),
            Test("not refused", 1.0, new() { Error = "number" }),
            Test("refused without being asked", null, new() { Label = "yes" }));

        results.Select(result => result.Passed).ShouldBe([true, false, false, true, false, false]);
        results[1].ShouldBe(new("wrong label", false, "label no", "label yes, probability of no 0.119203, probability of yes 0.880797"));
        results[2].Expected.ShouldBe("probability of no from 0.6 to 0.9");
        results[3].Seen.ShouldStartWith("refused: x: ");
        results[5].Seen.ShouldContain("'x' is not nullable");
    }

    [Fact]
    public void Value_of_a_regression_is_held_to_its_bounds()
    {
        var results = Run(
            "line.onnx", Projects.Regression,
            Test("at the bound", 2.0, new() { Value = new(5, 5) }),
            Test("above", 2.0, new() { Value = new(null, 4) }));

        results[0].Passed.ShouldBeTrue();
        results[1].ShouldBe(new("above", false, "value at most 4", "value 5"));
    }

    [Fact]
    public void Feature_that_augmentation_would_bring_has_its_default()
    {
        var manifest = Projects.Regression with
        {
            Augment = [
                new()
                {
                    Name = "a",
                    Feed = "memory",
                    Query = "q",
                    Features = ["x"],
                    Default = new Dictionary<string, object?> { ["x"] = 3.0 },
                },
            ],
        };

        var results = Run(
            "line.onnx",
            manifest,
            new TestManifest { Name = "t", Given = new Dictionary<string, object?>(), Expect = new() { Value = new(7, 7) } });

        results.ShouldHaveSingleItem().Passed.ShouldBeTrue();
    }

    public void Dispose() => _folder.Dispose();

    private static TestManifest Test(string name, object? x, TestExpectation expect) =>
        new() { Name = name, Given = new Dictionary<string, object?> { ["x"] = x }, Expect = expect };

    private IReadOnlyList<ProjectTestResult> Run(string model, Manifest manifest, params TestManifest[] tests)
    {
        using var runner = ModelRunner.Load(Models.Write(model, _folder), manifest);
        return ProjectTests.Run(runner, manifest with { Tests = tests });
    }
}
