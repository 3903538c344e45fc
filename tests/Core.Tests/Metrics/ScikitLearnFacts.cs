using System.Text.Json;

namespace Progeny.Core.Tests.Metrics;

/// <summary>The figures of scikit-learn-figures.json.</summary>
public sealed record ScikitLearnFacts
{
    public required IReadOnlyList<ClassificationFact> Classification { get; init; }

    public required IReadOnlyList<RegressionFact> Regression { get; init; }

    public sealed record ClassificationFact(
        string Name,
        int Classes,
        double Threshold,
        int[] Truth,
        double[] Probabilities,
        long[][] Confusion,
        Dictionary<string, double> Metrics);

    public sealed record RegressionFact(string Name, double[] Truth, double[] Values, Dictionary<string, double> Metrics);

    public static ScikitLearnFacts Load()
    {
        using var stream = typeof(ScikitLearnFacts).Assembly.GetManifestResourceStream("scikit-learn-figures.json")!;
        return JsonSerializer.Deserialize<ScikitLearnFacts>(stream, JsonSerializerOptions.Web)!;
    }
}
