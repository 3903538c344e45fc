using System.Collections.Immutable;

namespace Progeny.Core.Rollouts;

/// <summary>Who answers each row of a query.</summary>
/// <param name="QueryIds">The rows' ids.</param>
/// <param name="Arms">For each row the index of its arm.</param>
public readonly record struct RowChoices(ImmutableArray<string> QueryIds, int[] Arms);
