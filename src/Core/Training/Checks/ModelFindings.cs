using Progeny.Abstractions.Queries;

namespace Progeny.Core.Training.Checks;

/// <summary>What came of a <see cref="ModelCheckRequest"/>.</summary>
public sealed record ModelFindings
{
    /// <summary>The predictions of <see cref="ModelCheckRequest.Evaluate"/>, in its order.</summary>
    public IReadOnlyList<Prediction> Predictions { get; init; } = [];

    /// <summary>How quick and large the model is; null: that was not asked.</summary>
    public ModelPerformance? Performance { get; init; }

    /// <summary>How the tests of the manifest went.</summary>
    public IReadOnlyList<ProjectTestResult> Tests { get; init; } = [];
}
