using System.Collections.Immutable;

namespace Progeny.Core.Feedback;

/// <summary>The queries that were found, by where they lie.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Keys">In the order of the queries' time.</param>
/// <param name="Skipped">How many answered queries lack what the projection needs, by what is lacking.</param>
public sealed record AnsweredSet(AnsweredRequest Request, IReadOnlyList<AnsweredKey> Keys, ImmutableSortedDictionary<string, long> Skipped);
