namespace Progeny.Core.Manifests;

/// <summary>The column that a model learns to predict.</summary>
public sealed record LabelManifest
{
    /// <summary>The column of the training rows that holds the truth.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The classes in the order of the model's probabilities, as their text in the data (<c>0</c>, <c>late</c>); two for binary, with
    /// the positive one last; empty for regression.
    /// </summary>
    public IReadOnlyList<string> Classes { get; init; } = [];
}
