using Progeny.Core.Manifests;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;

namespace Progeny.Storage.Tests.Rules;

public sealed class ProjectTestsTests
{
    private const string Yaml =
        """
        name: late
        version: 1.0.0
        task: binary
        schema: {features: [{name: x, type: float}]}
        label: {name: late, classes: ["no", "yes"]}
        pipeline: {model: sigmoid.onnx}
        rules:
          - {name: cold-start, at: before, when: ":ratings < 10", then: {answer: "'no'"}}
          - {name: too-far, at: before, when: x > 100, then: {refuse: nobody goes that far}}
          - {name: doubt, at: after, when: label = 'yes' AND probability_yes < 0.6, then: {answer: "'no'"}}
        tests:
          - {name: without a rule, given: {x: 2}, expect: {label: "yes"}}
          - {name: few ratings, given: {x: 2, ratings: 9}, expect: {label: "no", probability: {"no": {min: 1}}}}
          - {name: enough ratings, given: {x: 2, ratings: 10}, expect: {label: "no"}}
          - {name: far, given: {x: 101}, expect: {error: nobody goes}}
          - {name: near, given: {x: 100}, expect: {error: nobody goes}}
          - {name: in doubt, given: {x: 0.1}, expect: {label: "no"}}
          - {name: missing, given: {}, expect: {error: not nullable}}
          - {name: answered although missing, given: {ratings: 1}, expect: {label: "no"}}
        """;

    [Fact]
    public void Tests_of_a_project_go_through_its_rules()
    {
        var manifest = ManifestParser.ParseOrThrow(Yaml);
        using var model = ModelRunner.Load(Sigmoid(), manifest);
        using var rules = Rulebook.Compiler.Compile(manifest);

        var results = ProjectTests.Run(model, manifest, rules);

        results.Select(result => result.Passed).ShouldBe([true, true, false, true, false, true, true, true]);
        results[1].Seen.ShouldBe("label no, probability of no 1, probability of yes 0 (rules: cold-start)");
        results[3].Seen.ShouldBe("refused: The query is refused by the rule 'too-far'.; rules.too-far: nobody goes that far");
        results[5].Seen.ShouldEndWith("(rules: doubt)");
    }

    [Fact]
    public void Tests_of_a_project_with_rules_never_run_without_them()
    {
        var manifest = ManifestParser.ParseOrThrow(Yaml);
        using var model = ModelRunner.Load(Sigmoid(), manifest);
        Should.Throw<ArgumentException>(() => ProjectTests.Run(model, manifest));
    }

    private static byte[] Sigmoid()
    {
        using var resource = typeof(ProjectTestsTests).Assembly.GetManifestResourceStream("sigmoid.onnx")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
