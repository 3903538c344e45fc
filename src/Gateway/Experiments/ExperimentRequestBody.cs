using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Progeny.Gateway.Experiments;

/// <summary>
/// An experiment to start, for the API description: the members of <c>serving.rollout</c>, of which <see cref="ExperimentInput"/> takes
/// those of the strategy.
/// </summary>
/// <param name="Strategy">shadow, canary, abtest, bandit or select.</param>
/// <param name="Generations">The generations that want the champion's place, <c>1.2.0:3</c>.</param>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why.</param>
internal sealed record ExperimentRequestBody(
    [property: Required] string? Strategy,
    IReadOnlyList<string>? Generations,
    string? By,
    string? Reason,
    string? Metric,
    string? Goal,
    IReadOnlyList<JsonElement>? Steps,
    double? Share,
    IReadOnlyDictionary<string, double>? Shares,
    double? Alpha,
    int? Outcomes,
    string? Time,
    string? Policy,
    double? Discount,
    double? Epsilon,
    string? Select,
    IReadOnlyList<string>? Arms,
    bool? Sticky,
    IReadOnlyList<string>? Fallback);
