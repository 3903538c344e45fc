using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments;

/// <summary>A promotion that a person asked for.</summary>
/// <param name="Generation">The generation that is to be in production.</param>
/// <param name="By">The person.</param>
/// <param name="Reason">Why, in the person's words; null: they did not say.</param>
public sealed record WantedPromotion(GenerationReference Generation, string By, string? Reason);
