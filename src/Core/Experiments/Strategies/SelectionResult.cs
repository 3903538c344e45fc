using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>What a project's SQL over its generations yields.</summary>
/// <param name="Weights">Weights by generation; finite, 0 or more.</param>
/// <param name="Problem">Why it yields none; null: it does.</param>
public sealed record SelectionResult(ImmutableDictionary<GenerationReference, double> Weights, string? Problem);
