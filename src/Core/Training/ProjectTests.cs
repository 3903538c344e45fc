using System.Globalization;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Training;

/// <summary>A project's own tests: what is given, what the model must make of it.</summary>
/// <remarks>
/// Rules and model are asked as serving asks them, but no feed is: a feature that augmentation would bring has its default where the test
/// does not give it.
/// </remarks>
public static class ProjectTests
{
    /// <summary>Runs all tests of a manifest, in their order.</summary>
    /// <param name="rules">The rules of the manifest; null where it has none.</param>
    public static IReadOnlyList<ProjectTestResult> Run(ModelRunner model, Manifest manifest, RuleSet? rules = null)
    {
        if (rules is null && manifest.Rules.Count > 0)
            throw new ArgumentException("The manifest has rules; they are missing.", nameof(rules));
        return [.. manifest.Tests.Select(test => Run(model, manifest, rules, test))];
    }

    private static ProjectTestResult Run(ModelRunner model, Manifest manifest, RuleSet? rules, TestManifest test)
    {
        var expected = Describe(test.Expect);
        try
        {
            var rows = Read(manifest, test);
            var ruled = rows.Features.Errors.Count == 0 ? rules?.Begin(rows) : null;
            var answer = new ModelAnswer { Error = ruled?.Before() };
            if (answer.Error is null)
                rows.Features.CheckMissing(ruled is null ? default : ruled.Answered.Span);
            if (rows.Features.Errors.Count > 0)
                answer = new ModelAnswer { Error = new ServingError(ServingErrorKind.InvalidQuery, "", [.. rows.Features.Errors]) };
            if (answer.Error is null)
            {
                if (ruled is not { NeedsModel: false })
                    answer = new ModelAnswer { Prediction = model.Predict(rows.Features, ruled?.Answered ?? default) };
                answer = ruled?.After(answer) ?? answer;
            }

            return answer.Error is { } error ? Judge(test, expected, error) : Judge(test, expected, answer.Prediction!, ruled);
        }
        catch (ModelException exception)
        {
            return new(
                test.Name, test.Expect.Error is { } part && exception.Message.Contains(part), expected, $"failed: {exception.Message}");
        }
    }

    private static QueryRows Read(Manifest manifest, TestManifest test)
    {
        var rows = new QueryRows(new QuerySchema(manifest));
        var row = rows.AddRow();
        foreach (var column in rows.Features.Columns)
        {
            if (Given(manifest, test, column.Feature.Name) is { } value)
                rows.Features.Refuse(row, column.Feature.Name, column.Set(row, value));
        }

        for (var i = 0; i < rows.Schema.Extras.Count; i++)
            rows.SetExtra(row, i, test.Given.GetValueOrDefault(rows.Schema.Extras[i]));
        return rows;
    }

    private static ProjectTestResult Judge(TestManifest test, string expected, ServingError error)
    {
        var refusal = string.Join(
            "; ", error.Fields.Select(field => $"{field.Field}: {field.Message}").Prepend(error.Message).Where(text => text.Length > 0));
        var verb = error.Kind is ServingErrorKind.InvalidQuery ? "refused" : "failed";
        return new(test.Name, test.Expect.Error is { } part && refusal.Contains(part), expected, $"{verb}: {refusal}");
    }

    private static ProjectTestResult Judge(TestManifest test, string expected, Prediction prediction, RuledRows? ruled)
    {
        var scores = prediction.Row(0).ToArray();
        var fired = ruled is { Fired: [var names] } ? $" (rules: {string.Join(", ", names)})" : "";
        if (prediction.Classes.Length == 0)
            return new(
                test.Name, test.Expect.Error is null && Within(test.Expect.Value, scores[0]), expected, $"value {Text(scores[0])}{fired}");

        var label = prediction.Classes[prediction.Labels.Span[0]];
        var probabilities = prediction.Classes.Zip(scores).ToDictionary(pair => pair.First, pair => (double)pair.Second);
        var passed = test.Expect.Error is null
            && (test.Expect.Label ?? label) == label
            && test.Expect.Probability.All(bounds => probabilities.TryGetValue(bounds.Key, out var seen) && Within(bounds.Value, seen));
        return new(
            test.Name, passed, expected,
            $"label {label}, {string.Join(", ", probabilities.Select(pair => $"probability of {pair.Key} {Text(pair.Value)}"))}{fired}");
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
