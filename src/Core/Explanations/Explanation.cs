using Progeny.Abstractions.Explanations;
using Progeny.Abstractions.Queries;

namespace Progeny.Core.Explanations;

/// <summary>
/// Why a model predicted what it did: interventional Shapley values (Lundberg and Lee 2017; Janzing et al. 2020). The base value and all
/// amounts add up to the value.
/// </summary>
public sealed record Explanation
{
    public required ExplanationMethod Method { get; init; }

    /// <summary>
    /// What is explained: <c>probability</c> or <c>value</c>, the prediction itself; of trees <c>log_odds</c>, <c>logit</c> (before the
    /// softmax), <c>log</c> (before the exponential) or <c>margin</c>.
    /// </summary>
    public required string Space { get; init; }

    /// <summary>The class whose probability (or log-odds, or logit) is explained; null for regression.</summary>
    public string? Class { get; init; }

    /// <summary>The mean over the background rows.</summary>
    public double BaseValue { get; init; }

    /// <summary>That of the query.</summary>
    public double Value { get; init; }

    /// <summary>What the model's own 32-bit sums make of the value, less the value.</summary>
    public double Rounding { get; init; }

    /// <summary>The greatest amount first.</summary>
    public IReadOnlyList<Contribution> Contributions { get; init; } = [];

    /// <summary>How many background rows were used.</summary>
    public int BackgroundRows { get; init; }

    /// <summary>Where they are from: <c>training</c>, or <c>queries</c> where none were kept with the generation.</summary>
    public string? BackgroundSource { get; init; }

    /// <summary>How many rows the model was run on.</summary>
    public long Evaluations { get; init; }

    /// <summary>How many orders of the features were drawn; 0: the amounts are exact.</summary>
    public long Samples { get; init; }

    /// <summary>The model's own prediction, of one row; null: a rule answered before it.</summary>
    public Prediction? OfModel { get; init; }

    /// <summary>The names of the rules that fired.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];
}
