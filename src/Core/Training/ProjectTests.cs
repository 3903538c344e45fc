using System.Globalization;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;

namespace Progeny.Core.Training;

/// <summary>A project's own tests: what is given, what the model must make of it.</summary>
/// <remarks>
/// The model is asked as it is, without rules and without feeds: a feature that augmentation would bring has its default where the test
/// does not give it.
/// </remarks>
public static class ProjectTests
{
    /// <summary>Runs all tests of a manifest, in their order.</summary>
    public static IReadOnlyList<ProjectTestResult> Run(ModelRunner model, Manifest manifest) =>
        [.. manifest.Tests.Select(test => Run(model, manifest, test))];

    private static ProjectTestResult Run(ModelRunner model, Manifest manifest, TestManifest test)
    {
        var expected = Describe(test.Expect);
        try
        {
            var batch = new FeatureBatchBuilder(manifest.Features);
            batch.Add([.. manifest.Features.Select(feature => Given(manifest, test, feature.Name))]);
            if (batch.Errors.Count > 0)
            {
                var refusal = string.Join("; ", batch.Errors.Select(error => $"{error.Field}: {error.Message}"));
                return new(test.Name, test.Expect.Error is { } part && refusal.Contains(part), expected, $"refused: {refusal}");
            }

            var prediction = model.Predict(batch.ToTensors());
            var scores = prediction.Row(0).ToArray();
            if (prediction.Classes.Length == 0)
                return new(test.Name, test.Expect.Error is null && Within(test.Expect.Value, scores[0]), expected, $"value {Text(scores[0])}");

            var label = prediction.Classes[prediction.Labels.Span[0]];
            var probabilities = prediction.Classes.Zip(scores).ToDictionary(pair => pair.First, pair => (double)pair.Second);
            var passed = test.Expect.Error is null
                && (test.Expect.Label ?? label) == label
                && test.Expect.Probability.All(bounds => probabilities.TryGetValue(bounds.Key, out var seen) && Within(bounds.Value, seen));
            return new(
                test.Name, passed, expected, $"label {label}, " + string.Join(", ", probabilities.Select(pair => $"probability of {pair.Key} {Text(pair.Value)}")));
        }
        catch (ModelException exception)
        {
            return new(test.Name, test.Expect.Error is { } part && exception.Message.Contains(part), expected, $"failed: {exception.Message}");
        }
    }

    private static object? Given(Manifest manifest, TestManifest test, string feature)
    {
        if (test.Given.TryGetValue(feature, out var value))
            return value;
        var augment = manifest.Augment.FirstOrDefault(augment => augment.Features.Contains(feature));
        return augment?.Default.GetValueOrDefault(feature);
    }

    private static bool Within(Bounds? bounds, double value) => bounds is null || !(value < bounds.Min || value > bounds.Max);

    private static string Describe(TestExpectation expect)
    {
        List<string> parts = [];
        if (expect.Error is { } error)
            parts.Add($"refused: …{error}…");
        if (expect.Label is { } label)
            parts.Add($"label {label}");
        parts.AddRange(expect.Probability.Select(bounds => $"probability of {bounds.Key} {Describe(bounds.Value)}"));
        if (expect.Value is { } value)
            parts.Add($"value {Describe(value)}");
        return parts.Count == 0 ? "any prediction" : string.Join(", ", parts);
    }

    private static string Describe(Bounds bounds) => bounds switch
    {
        { Min: { } min, Max: { } max } => $"from {Text(min)} to {Text(max)}",
        { Min: { } min } => $"at least {Text(min)}",
        { Max: { } max } => $"at most {Text(max)}",
        _ => "any",
    };

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
