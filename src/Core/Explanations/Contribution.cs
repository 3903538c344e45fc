namespace Progeny.Core.Explanations;

/// <summary>The part of a feature in a prediction.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Value">The value that the model was given; null: it was missing.</param>
/// <param name="From">Where the value came from: <c>query</c>, <c>augmentation</c>, or <c>rule</c> where one replaced the client's.</param>
/// <param name="Amount">How much it moves the prediction away from the base value.</param>
/// <param name="StandardError">Of a sampled amount; null: it is exact.</param>
public sealed record Contribution(string Feature, object? Value, string From, double Amount, double? StandardError);
