using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Rollouts;

/// <summary>What became of a generation that was proposed.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">Why, in a sentence or two.</param>
/// <param name="Experiment">The experiment in which it takes part; null: none.</param>
[GenerateSerializer, Immutable, Alias("progeny.proposal")]
public sealed record Proposal(
    [property: Id(0)] GenerationReference Generation,
    [property: Id(1)] ProposalOutcome Outcome,
    [property: Id(2)] string Message,
    [property: Id(3)] string? Experiment);
