namespace Progeny.Core.Datasets;

/// <summary>The label as <c>schema.json</c> names it.</summary>
public sealed record TrainerLabel
{
    public required string Name { get; init; }

    /// <summary>The classes in the order of the model's probabilities; the positive one last for binary; empty for regression.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];
}
