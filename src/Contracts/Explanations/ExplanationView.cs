using System.Text.Json;
using Progeny.Abstractions.Explanations;

namespace Progeny.Contracts.Explanations;

/// <summary>An explanation as the API shows it.</summary>
public sealed record ExplanationView
{
    public required string QueryId { get; init; }

    /// <summary>The generation that answered; of another project in full.</summary>
    public required string Version { get; init; }

    public required string Arm { get; init; }

    /// <summary>Why that arm: <c>share</c>, <c>requested</c>, <c>fallback</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The rules that fired.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>The prediction in the log.</summary>
    public required JsonElement Prediction { get; init; }

    /// <summary>The model's own prediction; null: a rule answered before it.</summary>
    public JsonElement? Model { get; init; }

    public required ExplanationMethod Method { get; init; }

    /// <summary>What is explained: probability, value, log_odds, logit, log or margin.</summary>
    public required string Space { get; init; }

    public string? Class { get; init; }

    /// <summary>The mean over the background; with all contributions it adds up to <see cref="Value"/>.</summary>
    public double BaseValue { get; init; }

    public double Value { get; init; }

    /// <summary>What the model's own 32-bit sums make of the value, less the value.</summary>
    public double Rounding { get; init; }

    /// <summary>The greatest first.</summary>
    public required IReadOnlyList<ContributionView> Contributions { get; init; }

    public required BackgroundView Background { get; init; }

    /// <summary>How many rows the model was run on.</summary>
    public long Evaluations { get; init; }

    /// <summary>How many orders of the features were drawn; 0: the contributions are exact.</summary>
    public long Samples { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }
}
