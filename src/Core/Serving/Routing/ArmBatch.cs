using System.Collections.Immutable;

namespace Progeny.Core.Serving.Routing;

/// <summary>The rows of a query that one arm is asked for.</summary>
/// <param name="Arm">The index of the arm.</param>
/// <param name="Rows">Their indices in the query.</param>
/// <param name="QueryIds">Their ids.</param>
public sealed record ArmBatch(int Arm, ImmutableArray<int> Rows, ImmutableArray<string> QueryIds)
{
    /// <summary>What failed before, in whose place this arm is asked; null: it was chosen itself.</summary>
    public ArmResult? InsteadOf { get; init; }
}
