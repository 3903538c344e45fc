using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Explanations;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;
using Progeny.Core.Explanations;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Tests.Explanations;

/// <summary>Makes records of queries, and explains them.</summary>
internal static class Explained
{
    public static ReplayGeneration Generation(Manifest manifest) => new(
        new GenerationInfo
        {
            Reference = new GenerationReference(manifest.Name, "1.0.0", 1),
            Stage = Stage.Archived,
            CreatedAt = default,
            Assets = new GenerationAssets { Model = "", ModelBytes = 0 },
            Lineage = new Lineage { JobId = "", PackageDigest = "" },
            Metrics = ImmutableSortedDictionary<string, double>.Empty,
        },
        manifest,
        new RuleCompiler(null!));

    /// <summary>A record with values in the order of the features.</summary>
    /// <param name="prediction">As it was recorded; null: some other one than any model's.</param>
    public static QueryRecord Record(Manifest manifest, IReadOnlyList<object?> values, Prediction? prediction = null)
    {
        var fields = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < values.Count; i++)
            fields[manifest.Features[i].Name] = Logged(manifest.Features[i].Type, values[i]);
        return new QueryRecord
        {
            At = default,
            QueryId = "q",
            Project = manifest.Name,
            Release = "1.0.0",
            Generation = 1,
            Arm = "champion",
            Reason = "share",
            Fields = fields,
            Prediction = prediction ?? new Prediction { Classes = [], Scores = new[] { float.MinValue }, Labels = default },
            Latency = default,
        };
    }

    public static Background Background(Manifest manifest, params IEnumerable<IReadOnlyList<object?>> rows) =>
        Core.Explanations.Background.Of(rows.Select(row => Record(manifest, row)), new QuerySchema(manifest));

    public static Explanation Of(
        byte[] model,
        Manifest manifest,
        IReadOnlyList<object?> values,
        Background background,
        ExplanationMethod? method = null,
        string? label = null,
        CancellationToken cancellationToken = default)
    {
        using var runner = ModelRunner.Load(model, manifest);
        return Explainer.Explain(
            Generation(manifest),
            Record(manifest, values),
            runner,
            model,
            background,
            new ExplanationRequest(label, method),
            CancellationToken.None,
            cancellationToken);
    }

    public static double AmountOf(this Explanation explanation, string feature) =>
        explanation.Contributions.Single(part => part.Feature == feature).Amount;

    public static void ShouldAddUp(this Explanation explanation) =>
        (explanation.BaseValue + explanation.Contributions.Sum(part => part.Amount)).ShouldBe(
            explanation.Value, 1e-9 * Math.Max(1, Math.Abs(explanation.Value)));

    private static object? Logged(FeatureType type, object? value) => value is null ? null : type switch
    {
        FeatureType.Float => Convert.ToSingle(value, CultureInfo.InvariantCulture),
        FeatureType.Int => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => value,
    };
}
