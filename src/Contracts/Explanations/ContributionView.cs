namespace Progeny.Contracts.Explanations;

/// <summary>The part of a feature in a prediction, as the API shows it.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Value">What the model was given; null: it was missing.</param>
/// <param name="From">query, augmentation or rule.</param>
/// <param name="Contribution">How much it moves the value away from the base value.</param>
/// <param name="StandardError">Of a sampled contribution; null: it is exact.</param>
public sealed record ContributionView(string Feature, object? Value, string From, double Contribution, double? StandardError);
