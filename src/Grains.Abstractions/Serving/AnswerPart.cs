using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Serving;

/// <summary>Who answered some of a query's rows.</summary>
/// <param name="Generation">The generation that answered.</param>
/// <param name="Arm">The rollout's arm.</param>
/// <param name="FallbackFrom">The arm that had been chosen and failed; null: the chosen one answered.</param>
/// <param name="Why">Why that one failed.</param>
[GenerateSerializer, Immutable, Alias("progeny.answer-part")]
public sealed record AnswerPart(
    [property: Id(0)] GenerationReference Generation,
    [property: Id(1)] string Arm,
    [property: Id(2)] string? FallbackFrom,
    [property: Id(3)] string? Why);
